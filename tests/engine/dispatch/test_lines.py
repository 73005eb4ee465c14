"""Lines between processes: whole messages in order, from many threads, and the end is told."""

from __future__ import annotations

import threading

import pytest

from engine.dispatch.lines import Line


def test_messages_arrive_whole_and_in_order():
    one, other = Line.pair()
    messages = [["start", {"n": n, "text": "ü" * n, "bytes": b"\0" * n}] for n in (0, 1, 1_000)]
    for message in messages:
        one.send(*message)
    assert [other.receive() for _ in messages] == messages
    one.close()
    assert other.receive() is None
    other.close()


def test_a_message_larger_than_the_sockets_buffer_arrives():
    one, other = Line.pair()
    sender = threading.Thread(target=one.send, args=("x" * 5_000_000,))
    sender.start()
    assert other.receive() == ["x" * 5_000_000]
    sender.join()
    one.close()
    other.close()


def test_threads_do_not_mix_their_messages():
    one, other = Line.pair()
    letters = [chr(97 + n) for n in range(8)]
    senders = [
        threading.Thread(target=lambda each=letter: [one.send(each * 70_000) for _ in range(5)])
        for letter in letters
    ]
    for sender in senders:
        sender.start()
    heard = [other.receive()[0] for _ in range(40)]
    for sender in senders:
        sender.join()
    assert sorted(text[0] for text in heard) == sorted(letters * 5)
    assert all(text == text[0] * 70_000 for text in heard)
    one.close()
    other.close()


def test_a_message_that_was_cut_off_is_none():
    one, other = Line.pair()
    one._socket.sendall(b"\0\0\0\x09half")
    one.close()
    assert other.receive() is None
    with pytest.raises(OSError):
        one.send("too late")
    other.close()


def test_a_message_that_is_held_goes_before_the_next_one():
    one, other = Line.pair()
    one.hold("stored", 1)
    other._socket.settimeout(0)
    assert other.receive() is None
    one.hold("outcome", 2)
    one.send("left", 3)
    assert [other.receive() for _ in range(3)] == [["stored", 1], ["outcome", 2], ["left", 3]]
    one.close()
    other.close()
