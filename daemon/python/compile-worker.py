# A process that compiles modules for bytecode.ts until its input ends.
#
# Frames both ways: u32 length of a JSON header, u32 length of a body (little-endian), header, body.
# Asked:    {"id", "path": name in tracebacks, "level", "file"?: read this one instead of the body}
# Answered: {"id", "sha256": of the source, "hash": of the source for a .pyc} and the marshalled code, or
#           {"id", "sha256", "error": {"message", "line"?, "column"?, "endLine"?, "endColumn"?, "text"?}}
import sys

del sys.path[0]  # this folder holds no modules

import json
import marshal
import struct
import warnings
from hashlib import sha256
from importlib.util import source_hash

warnings.simplefilter("ignore")
marshal_version = 4
head = struct.Struct("<II")


def answer(request, source):
    result = {"id": request["id"]}
    if "file" in request:
        try:
            with open(request["file"], "rb") as file:
                source = file.read()
        except OSError as error:
            return {**result, "sha256": "", "error": {"message": str(error)}}, b""
    result["sha256"] = sha256(source).hexdigest()
    try:
        code = compile(source, request["path"], "exec", dont_inherit=True, optimize=request["level"])
        body = marshal.dumps(code, marshal_version)
    except SyntaxError as error:
        details = {
            "message": "%s: %s" % (type(error).__name__, error.msg),
            "line": error.lineno,
            "column": error.offset,
            "endLine": getattr(error, "end_lineno", None),
            "endColumn": getattr(error, "end_offset", None),
            "text": error.text,
        }
        return {**result, "error": details}, b""
    except Exception as error:  # null bytes, too deep, too large: nothing may end this process
        return {**result, "error": {"message": "%s: %s" % (type(error).__name__, error)}}, b""
    return {**result, "hash": source_hash(source).hex()}, body


def main():
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        sizes = requests.read(head.size)
        if len(sizes) < head.size:
            return
        header_size, body_size = head.unpack(sizes)
        request = json.loads(requests.read(header_size))
        header, body = answer(request, requests.read(body_size))
        encoded = json.dumps(header).encode()
        answers.write(head.pack(len(encoded), len(body)))
        answers.write(encoded)
        answers.write(body)
        answers.flush()


main()
