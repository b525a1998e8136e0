"""Brings up the loopback interface of a network namespace that is new, and becomes the program it is given."""

import fcntl
import os
import socket
import struct
import sys

SET_FLAGS, UP = 0x8914, 0x1

with socket.socket() as asked:
    fcntl.ioctl(asked, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))
os.execvp(sys.argv[1], sys.argv[1:])
