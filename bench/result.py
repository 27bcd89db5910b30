"""result.py - what a benchmark found: goals with their figures, tables, notes and versions. Plain data, kept in results.json."""


class Goal:
    def __init__(self, bound, is_least, unit):
        self.bound, self.is_least, self.unit = bound, is_least, unit

    def __str__(self):
        return f"{'≥' if self.is_least else '≤'} {self.bound:g} {self.unit}"

    def is_reached(self, value):
        return value >= self.bound if self.is_least else value <= self.bound


def at_least(bound, unit):
    return Goal(bound, True, unit)


def at_most(bound, unit):
    return Goal(bound, False, unit)


class Result:
    def __init__(self):
        self.goals, self.tables, self.notes, self.versions = [], [], [], {}

    def add_goal(self, work, goal, value):
        self.goals.append({"work": work, "goal": str(goal), "measured": value, "unit": goal.unit, "is_reached": bool(goal.is_reached(value))})

    def add_table(self, title, rows):
        """rows: dicts with the same keys, in the order to show."""
        self.tables.append({"title": title, "rows": rows})

    def add_note(self, sentence):
        self.notes.append(sentence)

    def to_dict(self):
        return {"goals": self.goals, "tables": self.tables, "notes": self.notes, "versions": self.versions}
