"""The further processes of a node: forked before it has threads, ended with it."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial

from engine.dispatch.crew import EngineCrew, Mate
from engine.dispatch.lines import Line
from engine.wiring import forget, preload, serve_crew

log = logging.getLogger("qflow.crew")


def fork_crew(count: int, aside: Sequence[Callable[[], None]] = ()) -> EngineCrew | None:
    """So many processes that drive executions for this one; None for none.

    ``aside``: what a member does first, such as closing the files that only this process shall hold. To be
    called before threads are started: a fork takes none of them along, but any lock that they hold.
    """
    if count == 0:
        return None
    preload()
    forget()
    lines = [Line.pair() for _ in range(count)]
    mates = []
    for own, theirs in lines:
        process = os.fork()
        if process == 0:
            others = [line for pair in lines for line in pair if line is not theirs]
            _be_member(theirs, [*(line.drop for line in others), *aside])
        mates.append(Mate(own, process, partial(_ended, process)))
    for _, theirs in lines:
        theirs.drop()
    return EngineCrew(mates)


def _be_member(line: Line, aside: Sequence[Callable[[], None]]) -> None:
    """Never returns. Signals to the whole group are for the node's own process, which then hangs up."""
    status = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for act in aside:
            act()
        forget()
        serve_crew(line)
        status = 0
    except BaseException:
        log.exception("a process of the node failed")
    finally:
        os._exit(status)


def _ended(process: int) -> None:
    try:
        os.waitpid(process, 0)
    except ChildProcessError:
        return
