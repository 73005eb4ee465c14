"""What the code reads: objects with dots, the items that came in, and what earlier steps gave.

Executed in the guest before ``prelude``, into the same names.
"""
# mypy: ignore-errors

from __future__ import annotations

import copy


class Record(dict):
    """A JSON object whose fields can also be reached with a dot."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the object has no field {name!r}") from None

    def __setattr__(self, name, value):
        self[name] = value

    def __delattr__(self, name):
        try:
            del self[name]
        except KeyError:
            raise AttributeError(f"the object has no field {name!r}") from None

    def __copy__(self):
        return Record(self)

    def __deepcopy__(self, memo):
        return Record((name, copy.deepcopy(value, memo)) for name, value in self.items())

    def __reduce__(self):
        return (Record, (dict(self),))


class Input:
    """``_input``: the items that came in."""

    def __init__(self, items, item, parameters=None):
        self._items, self.item, self.params = items, item, parameters or Record()

    def all(self):
        return self._items

    def first(self):
        return self._items[0] if self._items else None

    def last(self):
        return self._items[-1] if self._items else None


class Step:
    """``_("Step")``: what an earlier step gave, and where the current item came from in it."""

    def __init__(self, steps, name, item):
        self._steps, self._name, self._item = steps, name, item

    def all(self, output=None, run=None):
        return self._steps.items(self._name, output, run)

    def first(self, output=None, run=None):
        return next(iter(self.all(output, run)), None)

    def last(self, output=None, run=None):
        return next(iter(self.all(output, run)[-1:]), None)

    def itemMatching(self, index):
        return self._steps.paired(self._name, index)

    pairedItem = itemMatching

    @property
    def item(self):
        return self._steps.paired(self._name, self._item)

    @property
    def json(self):
        return self._at_item()["json"]

    @property
    def binary(self):
        return self._at_item().get("binary") or Record()

    @property
    def params(self):
        return self._steps.known(self._name)["params"]

    @property
    def isExecuted(self):
        return bool(self._steps.known(self._name)["runs"])

    def _at_item(self):
        """The item at the same position, as the older form ``_node["Step"]`` means it."""
        items = self.all()
        return items[self._item] if self._item < len(items) else self._steps.paired(self._name, self._item)


class Steps:
    """The earlier steps that the code names: ``{"runs": [{"outputs", "source"}], "params"}`` by name."""

    def __init__(self, nodes, source):
        self._nodes, self._source = nodes, source

    def known(self, name):
        if name not in self._nodes:
            raise LookupError(f"the step {name!r} does not exist, but the code uses it")
        return self._nodes[name]

    def run(self, name, run=None):
        runs = self.known(name)["runs"]
        if not runs:
            raise LookupError(f"the step {name!r} has not been executed")
        if run is not None and run >= len(runs):
            raise LookupError(f"the step {name!r} has no run {run}")
        return runs[-1 if run is None or run < 0 else run]

    def items(self, name, output=None, run=None):
        outputs = self.run(name, run)["outputs"]
        if output is None:
            output = self._output_to(name, outputs)
        return outputs[output] if output < len(outputs) else []

    def _output_to(self, name, outputs):
        """The output that leads here, or the first that gave anything."""
        for place in self._source:
            if place and place["node"] == name:
                return place["output"]
        return next((number for number, items in enumerate(outputs) if items), 0)

    def paired(self, name, index):
        """The one item of a step from which the item at an index came."""
        self.run(name)
        todo = [(self._source[0] if self._source else None, index)]
        found, seen = [], set()
        while todo:
            place, index = todo.pop(0)
            if not place or (mark := (place["node"], place["output"], place["run"], index)) in seen:
                continue
            seen.add(mark)
            run, item = self._item_at(place, index)
            if item is not None and place["node"] == name:
                found.append(item)
            elif item is not None:
                todo += [(self._before(run, link), link["item"]) for link in links(item.get("pairedItem"))]
        if len(found) != 1:
            count = "no item" if not found else "several items"
            raise LookupError(
                f"{count} of step {name!r} led to the item here; use .first(), .last() or .all()[index]"
            )
        return found[0]

    def _item_at(self, place, index):
        runs = self._nodes.get(place["node"], {"runs": []})["runs"]
        run = runs[place["run"]] if place["run"] < len(runs) else None
        outputs = run["outputs"] if run else []
        items = outputs[place["output"]] if place["output"] < len(outputs) else []
        return run, items[index] if index < len(items) else None

    @staticmethod
    def _before(run, link):
        source, at = run["source"], link.get("input") or 0
        return source[at] if at < len(source) else None


def links(paired):
    """Where an item came from, as a list of ``{"item": index}``."""
    if paired is None:
        return []
    return [
        {"item": one} if isinstance(one, int) else one
        for one in (paired if isinstance(paired, list) else [paired])
    ]


class Environment(Record):
    """``_env``: the variables that the policy lists, and no others."""

    def __missing__(self, name):
        raise KeyError(f"the policy does not list the variable {name!r}: access denied")

    def __getattr__(self, name):
        return self[name]


class ByName:
    """``_node["Step"]``."""

    def __init__(self, find):
        self._find = find

    def __getitem__(self, name):
        return self._find(name)
