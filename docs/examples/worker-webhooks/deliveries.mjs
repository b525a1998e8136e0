import { DurableObject } from "cloudflare:workers";

// What is known of one delivery to one endpoint, which is what an object is called after: `{ by, until }`, without a
// `by` once it was acted on.
//
// While an object waits for its storage, it is called by nobody else (its input gate is shut). So what is read and
// written in turn is one step, and of any number that claim at once, one is the first.
export class Deliveries extends DurableObject {
  async claim(by, lease) {
    const held = await this.held();
    if (held && held.by !== by) return held.by ? "in progress" : "done";
    if (!held) await this.hold({ by }, lease);
    return "first";
  }

  async complete(keep) {
    await this.hold({}, keep);
  }

  async release(by) {
    const held = await this.held();
    if (held?.by === by) await this.ctx.storage.delete("held");
  }

  // An alarm of an older claim leaves a newer one alone.
  async alarm() {
    if (!(await this.held())) await this.ctx.storage.deleteAll();
  }

  async held() {
    const held = await this.ctx.storage.get("held");
    return held && held.until >= Date.now() ? held : undefined;
  }

  async hold(held, milliseconds) {
    const until = Date.now() + milliseconds;
    await this.ctx.storage.put("held", { ...held, until });
    await this.ctx.storage.setAlarm(until + 1);
  }
}
