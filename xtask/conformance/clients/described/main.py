"""Asks an emulator for everything that a document of Clerk's describes, and judges each answer by the document.

Standard input is one object: the `document`, the emulator's `url`, `secret_key` and `newest` version of the API, what
is `given` there, how many `requests` to make up, and the `seed` to make them up from. What was found is printed as one
object.
"""

import json
import random
import sys

from asking import Asking
from document import Document
from made_up import Maker
from memory import Memory
from scene import Scene

# These take so much away that they are seldom made up.
RARELY = {"DeleteUser": 0.05, "DeleteOrganization": 0.05, "UpdateInstanceOrganizationSettings": 0.05}


def rarity(operation):
    return RARELY.get(operation.id, 0.5 if operation.method == "DELETE" else 1.0)


def make_up(document, asking, memory, chance, question):
    maker = Maker(document, chance, memory)
    # Without a version the newest is answered, which is another document's.
    by_default = 0.5 if document.version == question["newest"] else 0
    order = list(document.operations)
    last = asking.count + question["requests"]
    while asking.count < last:
        chance.shuffle(order)
        for operation in order:
            if chance.random() < rarity(operation):
                keys = memory.named("secret_key") if "m2m" in operation.path else []
                key = chance.choice(keys) if keys and chance.random() < 0.8 else None
                asking.ask(operation, maker.request(operation), key, chance.random() >= by_default)


def main():
    question = json.load(sys.stdin)
    chance = random.Random(question["seed"])
    document = Document(question["document"])
    memory = Memory(chance)
    asking = Asking(document, memory, question["url"], question["secret_key"])
    Scene(document, asking, question["given"]).play()
    make_up(document, asking, memory, chance, question)
    json.dump(asking.report(), sys.stdout)


main()
