"""What earlier answers told, so that later requests can be about something that is there."""

MOST = 30
TELLING = {"key", "slug", "name", "token", "secret", "secret_key"}
PEOPLES_OWN = {"public_metadata", "private_metadata", "unsafe_metadata"}


class Memory:
    def __init__(self, chance):
        self.chance = chance
        self.by_place = {}
        self.by_name = {}

    def at(self, place):
        """The ids of what lies at a path."""
        return self.by_place.get(place, [])

    def named(self, name):
        """The values that members of this name had, and the ids that begin with it."""
        return self.by_name.get(name, [])

    def learn(self, place, value):
        listed = value.get("data", value) if isinstance(value, dict) else value
        for one in listed if isinstance(listed, list) else [listed]:
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                self.keep(self.by_place, place, one["id"])
        self.learn_names(value)

    def learn_names(self, value):
        if isinstance(value, list):
            for one in value[:5]:
                self.learn_names(one)
        if isinstance(value, dict):
            for name, one in value.items():
                if isinstance(one, str) and one:
                    self.learn_text(name, one)
                elif name not in PEOPLES_OWN:
                    self.learn_names(one)

    def learn_text(self, name, text):
        if name == "id" or name.endswith("_id"):
            self.keep(self.by_name, text.split("_")[0], text)
        if name in TELLING or name.endswith("_id"):
            self.keep(self.by_name, name, text)

    def keep(self, where, key, text):
        kept = where.setdefault(key, [])
        if text in kept:
            return
        kept.append(text)
        if len(kept) > MOST:
            kept.pop(self.chance.randrange(MOST))

    def forget(self, text):
        """What is there no longer. Some of it stays, for somebody asks for that, too."""
        for kept in [*self.by_place.values(), *self.by_name.values()]:
            if text in kept and self.chance.random() < 0.8:
                kept.remove(text)
