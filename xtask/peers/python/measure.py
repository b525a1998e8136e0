"""Reads the fixture from standard input and prints a line of JSON for each row.

Ratios are to the signature check of the library that PyJWT itself uses.
"""

import base64
import json
import statistics
import sys
import time

import jwt
from clerk_backend_api.security.types import VerifyTokenOptions
from clerk_backend_api.security.verifytoken import verify_token
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from jwt.algorithms import RSAAlgorithm

BATCH = 16
WARM_UP = 10
ROUNDS = 201

fixture = json.load(sys.stdin)
token = fixture["token"]
key = RSAAlgorithm.from_jwk(fixture["jwk"])
signed, _, encoded = token.rpartition(".")
signed = signed.encode()
signature = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def raw():
    key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def pyjwt():
    jwt.decode(token, key, algorithms=["RS256"], issuer="https://clerk.example.com")


pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
options = VerifyTokenOptions(
    jwt_key=pem.decode(), authorized_parties=["https://app.example.com"]
)


def clerk_backend_api():
    verify_token(token, options)


def sample(run):
    start = time.thread_time_ns()
    for _ in range(BATCH):
        run()
    return (time.thread_time_ns() - start) / BATCH


rows = {"raw-python": raw, "PyJWT": pyjwt, "clerk-backend-api": clerk_backend_api}
samples = {name: [] for name in rows}
for index in range(WARM_UP + ROUNDS):
    for name, run in rows.items():
        nanoseconds = sample(run)
        if index >= WARM_UP:
            samples[name].append(nanoseconds)
for name, values in samples.items():
    ratios = [own / bare for own, bare in zip(values, samples["raw-python"])]
    row = {"name": name, "median_ns": statistics.median(values), "ratio": statistics.median(ratios)}
    print(json.dumps(row))
