"""Tests of data.feed."""

from __future__ import annotations

import pytest

from engine.base.errors import StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of


def entries(text, **more):
    bench = StepBench("data.feed", {"source": text, **more})
    return json_of(bench.run(items_of({})).outputs["main"])


RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="d" xmlns:content="c"><channel><title>T</title>
<item><title>One</title><link>https://a.example/1</link><guid isPermaLink="false">g1</guid>
<pubDate>Mon, 01 Jan 2024 12:00:00 +0200</pubDate><dc:creator>Ann</dc:creator>
<description>&lt;p&gt;Hi &amp;amp; bye&lt;/p&gt;</description>
<category>x</category><category>y</category></item>
<item><title>Two</title><pubDate>no date</pubDate></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title type="text">One</title>
<link rel="self" href="https://a.example/self"/><link href="https://a.example/1"/><id>urn:1</id>
<author><name>Ann</name></author><updated>2024-01-01T10:00:00Z</updated><summary>S</summary>
<content type="html">&lt;b&gt;C&lt;/b&gt;</content></entry></feed>"""


def test_entries_of_rss_become_items():
    one, two = entries(RSS)
    assert one == {
        "title": "One",
        "link": "https://a.example/1",
        "pubDate": "Mon, 01 Jan 2024 12:00:00 +0200",
        "dc:creator": "Ann",
        "creator": "Ann",
        "content": "<p>Hi &amp; bye</p>",
        "contentSnippet": "Hi & bye",
        "guid": "g1",
        "categories": ["x", "y"],
        "isoDate": "2024-01-01T10:00:00.000Z",
    }
    assert two == {"title": "Two", "pubDate": "no date"}


def test_entries_of_atom_become_items():
    assert entries(ATOM) == [
        {
            "title": "One",
            "link": "https://a.example/self",
            "pubDate": "2024-01-01T10:00:00.000Z",
            "author": "Ann",
            "content": "<b>C</b>",
            "contentSnippet": "C",
            "summary": "S",
            "id": "urn:1",
            "isoDate": "2024-01-01T10:00:00.000Z",
        }
    ]


PODCAST = """<rss version="2.0" xmlns:itunes="i" xmlns:media="m"><channel>
<item><title/><author>Ann</author><guid>g</guid><dc:date>2024-01-02</dc:date>
<enclosure url="https://a.example/1.mp3" type="audio/mpeg"/><media:content url="u"/>
<media:title>M</media:title>
<category domain="d">x</category><category>y</category><comments>c</comments>
<content:encoded><![CDATA[<p>One</p><p>Two</p>]]></content:encoded>
<itunes:duration>60</itunes:duration><itunes:image href="https://a.example/1.png"/></item></channel></rss>"""


def test_an_entry_keeps_files_spoken_words_and_what_is_asked_for():
    assert entries(PODCAST, fields="media:content, media:title, none") == [
        {
            "title": "",
            "author": "Ann",
            "creator": "Ann",
            "date": "2024-01-02",
            "dc:date": "2024-01-02",
            "comments": "c",
            "content:encoded": "<p>One</p><p>Two</p>",
            "content:encodedSnippet": "One\nTwo",
            "enclosure": {"url": "https://a.example/1.mp3", "type": "audio/mpeg"},
            "media:content": {"$": {"url": "u"}},
            "media:title": "M",
            "guid": "g",
            "categories": [{"$": {"domain": "d"}, "_": "x"}, "y"],
            "isoDate": "2024-01-02T00:00:00.000Z",
            "itunes": {"duration": "60", "image": "https://a.example/1.png"},
        }
    ]


def test_the_link_of_an_entry_is_its_alternate_one():
    links = '<link rel="self" href="s"/><link rel="alternate" href="a"/>'
    assert entries(f"<feed><entry>{links}</entry></feed>") == [{"link": "a"}]


def test_entries_of_rdf_become_items_and_empty_feeds_give_none():
    assert entries("<rdf:RDF xmlns:rdf='r'><item><title>A</title></item></rdf:RDF>") == [{"title": "A"}]
    assert entries("<rss><channel><title>T</title></channel></rss>") == []
    assert entries("<feed/>") == []


@pytest.mark.parametrize(
    "text", ["", None, "<html/>", "<rss", '<!DOCTYPE a [<!ENTITY x "y">]><rss>&x;</rss>', "<a>" * 5000]
)
def test_what_is_no_feed_is_refused(text):
    with pytest.raises(StepFailure):
        entries(text)


def test_many_open_tags_take_no_long_time():
    assert (
        len(
            entries(
                f"<rss><channel><item><description>{'&lt;' * 100_000}</description></item></channel></rss>"
            )
        )
        == 1
    )
