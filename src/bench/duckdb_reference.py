"""The same scoreboard load in DuckDB: reads the columns that the bench wrote, answers in SQL with two threads, and
prints the answers and the times as JSON. Due times, acceptance by silence, exclusion and working seconds up to each
milestone are columns already, as they are in the core: only what depends on the question is computed here.

usage: duckdb_reference.py FOLDER RUNS
"""

import json
import pathlib
import sys
import time

import duckdb
import numpy

folder, runs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
question = json.loads((folder / "question.json").read_text())
NOW, FROM, MIDDLE, TO = (question[k] for k in ("now", "previous_from", "from", "to"))
HORIZON = question["horizon_days"] * 86_400

con = duckdb.connect()
con.execute("set threads = 2")


def load(table):
    """One file a column; u32, with the highest number for null."""
    arrays = {}
    for file in sorted((folder / table).glob("*.u32")):
        arrays[file.stem] = numpy.fromfile(file, dtype=numpy.uint32)
    con.register("arrays", arrays)
    columns = [f"nullif({name}, 4294967295)::uinteger as {name}" for name in arrays]
    con.execute(f"create table {table} as select {', '.join(columns)} from arrays")
    con.unregister("arrays")


for table in ("lead", "handover", "spend_day"):
    load(table)

PERIOD = f"between {FROM} and {TO - 1}"
# Week of the trend, and the group columns that only the period itself has.
KEYS = """({at} - {FROM}) // 604800 as bucket,
    case when {at} >= {MIDDLE} then channel else 4294967295 end as c,
    case when {at} >= {MIDDLE} then owner else 4294967295 end as o"""
SETS = "group by grouping sets ((bucket), (c), (o))"


def keys(at):
    return KEYS.format(at=at, FROM=FROM, MIDDLE=MIDDLE)


def queries(where):
    lead = f"""
      with l as (select {keys('handed_over')}, *, {NOW} - handed_over >= {HORIZON} as mature,
          case when handed_over >= {MIDDLE} then {NOW} else {NOW} - ({TO} - {MIDDLE}) end as equal_age
        from lead where handed_over {PERIOD} {where})
      select bucket, c, o, grouping(bucket, c, o) as g,
        count(*) filter (excluded = 0) as leads,
        count(*) filter (excluded = 0 and opportunity is not null) as so_far,
        count(*) filter (excluded = 0 and mature) as mature,
        count(*) filter (excluded = 0 and mature and opportunity <= handed_over + {HORIZON}) as opportunities,
        count(*) filter (excluded = 0 and mature and least(accepted, touch, contact) is not null) as accepted,
        count(*) filter (excluded = 0 and mature and least(touch, contact) is not null) as touched,
        count(*) filter (excluded = 0 and mature and contact is not null) as connected,
        count(*) filter (excluded = 0 and mature and won is not null) as won,
        count(*) filter (excluded = 0 and handed_over <= equal_age) as equal_leads,
        count(*) filter (excluded = 0 and opportunity <= equal_age) as equal_opportunities,
        count(*) filter (excluded = 0 and won <= equal_age) as equal_won,
        count(*) filter (excluded = 1) as excluded
      from l {SETS}"""
    handover = f"""
      with h as (select {keys('began')}, *, touch is null and contact is null as untouched
        from handover where began {PERIOD} and excluded = 0 {where})
      select bucket, c, o, grouping(bucket, c, o) as g, count(*) as handovers,
        count(*) filter (untouched) as never,
        count(*) filter (touch <= touch_due) as on_time,
        count(*) filter (touch > touch_due) as late,
        count(*) filter (untouched and released is null and touch_due < {NOW}) as overdue,
        count(*) filter (untouched and released is null and touch_due >= {NOW}) as not_due,
        count(*) filter (verdict_due <= {NOW}) as due,
        count(*) filter (verdict_due <= {NOW} and verdict is not null and complete = 1) as with_verdict,
        count(*) filter (verdict_due <= {NOW} and verdict <= verdict_due and complete = 1) as verdict_on_time,
        count(*) filter (verdict_due <= {NOW} and turned_down = 1) as turned_down,
        count(*) filter (verdict_due <= {NOW} and turned_down = 1 and reason = {question['other']}) as other
      from h {SETS}"""
    reasons = f"""select reason, count(*) from handover
      where began between {MIDDLE} and {TO - 1} and excluded = 0 and reason is not null {where} group by reason"""
    opened = f"""select {keys('opportunity')}, grouping(bucket, c, o) as g, count(*), sum(opportunity_minor)
      from lead where opportunity {PERIOD} {where} {SETS}"""
    won = f"""select {keys('won')}, grouping(bucket, c, o) as g, count(*), sum(won_minor),
        quantile_cont(won::bigint - handed_over::bigint, 0.5) filter (handed_over <= won)
      from lead where won {PERIOD} {where} {SETS}"""
    spend = f"""select (day - {FROM // 86_400}) // 7 as bucket,
        case when day >= {MIDDLE // 86_400} then channel else 4294967295 end as c, grouping(bucket, c) as g,
        sum(minor), sum(minor) filter (media = 1)
      from spend_day where day between {FROM // 86_400} and {TO // 86_400 - 1} group by grouping sets ((bucket), (c))"""
    return [lead, handover, reasons, opened, won, spend]


def waits(where):
    """Every wait four times: in its period, week, channel and owner."""
    return f"""
      with h as (select {keys('began')}, began, coalesce(touch, released, {NOW}) - began as elapsed,
            coalesce(worked_touch, worked_released, {question['worked_now']}) - worked_began as worked,
            (touch is not null)::int as event
          from handover where began {PERIOD} and excluded = 0 and (touch is not null or contact is null) {where}),
        w as (select 0 as g, (began >= {MIDDLE})::uinteger as k, elapsed, worked, event from h
          union all select 1, bucket, elapsed, worked, event from h
          union all select 2, coalesce(c, 0), elapsed, worked, event from h where began >= {MIDDLE}
          union all select 3, coalesce(o, 0), elapsed, worked, event from h where began >= {MIDDLE})"""


def kaplan_meier(where, clock):
    return f"""{waits(where)},
      t as (select g, k, {clock} as t, sum(event) as d, count(*) as n from w group by all),
      r as (select *, sum(n) over (partition by g, k order by t desc) as at_risk from t),
      s as (select g, k, t, exp(sum(ln(greatest(1 - d / at_risk, 1e-300)))
          over (partition by g, k order by t)) as s from r where d > 0),
      q as (select g, k, min(t) filter (s <= 0.5 + 1e-11) as median, min(t) filter (s <= 0.1 + 1e-11) as p90
        from s group by g, k)
      select m.g, m.k, q.median, q.p90, m.longest
      from (select g, k, max(t) as longest from t group by g, k) m left join q using (g, k)"""


def touched_only(where):
    return f"""{waits(where)}
      select g, k, quantile_disc(elapsed, [0.5, 0.9]), quantile_disc(worked, [0.5, 0.9]) from w
      where event = 1 group by g, k"""


def run(statements):
    times, rows = [], []
    for _ in range(runs):
        start = time.perf_counter()
        rows = [con.execute(statement).fetchall() for statement in statements]
        times.append((time.perf_counter() - start) * 1_000)
    return rows, min(times)


def total(rows, from_bucket, width):
    """Sums over the weeks of the period; the last numbers of each row are counts."""
    weeks = [row for row in rows if row[3] == 3 and row[0] >= from_bucket]
    return [sum(row[4 + i] or 0 for row in weeks) for i in range(width)]


result = {}
for name, where in (("all", ""), ("filtered", question["where"])):
    counts, count_ms = run(queries(where))
    curves, curve_ms = run([kaplan_meier(where, "elapsed"), kaplan_meier(where, "worked")])
    _, quantile_ms = run([touched_only(where)])
    weeks = (TO - FROM) // 604_800
    result[name] = {
        "count_ms": count_ms,
        "curve_ms": curve_ms,
        "quantile_ms": quantile_ms,
        "lead": total(counts[0], weeks // 2, 12),
        "handover": total(counts[1], weeks // 2, 11),
        "reasons": dict((str(code), n) for code, n in counts[2]),
        "opened": total(counts[3], weeks // 2, 2),
        "won": total(counts[4], weeks // 2, 2),
        "spend": sum(row[3] for row in counts[5] if row[2] == 1 and row[0] >= weeks // 2),
        "channels": sorted([row[1] or 0, *row[4:8]] for row in counts[0] if row[3] == 5 and row[1] != 4294967295 and row[4]),
        "owners": sorted([row[2] or 0, *row[4:8]] for row in counts[0] if row[3] == 6 and row[2] != 4294967295 and row[4]),
        "elapsed": [row[:4] for row in sorted(curves[0], key=lambda row: row[:2])],
        "worked": [row[:4] for row in sorted(curves[1], key=lambda row: row[:2])],
    }
print(json.dumps(result))
