"""Prints one line per check for the Python tools. Each tool ends with `sys.exit(any_failed())`."""

_failed = []


def check(what, holds, why=""):
    print("ok  " if holds else "FAIL", f"  {what}", f": {why}" if why else "", sep="", flush=True)
    if not holds:
        _failed.append(what)


def any_failed():
    return bool(_failed)
