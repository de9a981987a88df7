# Time to create a child, by heap size: each primitive's median and interval.
# Columns: dirty and write-protected heap.  Rows: time inside the call, time until the
# child was waited for.
# Reads spawn-by-heap-{call,reaped}-{dirty,write-protected}.dat (a block per primitive:
# its name, then rows of heap_bytes, median_ns, low_ns, high_ns), spawn-by-heap-floor.dat
# (rows of heap_bytes, ns, colour), caption-spawn-by-heap.dat and, where ARG5 is published,
# spawn-by-heap-published.dat.

LOOKS = 'look-spawn.dat'
FILES = 'spawn-by-heap-call-dirty.dat spawn-by-heap-call-write-protected.dat ' \
      . 'spawn-by-heap-reaped-dirty.dat spawn-by-heap-reaped-write-protected.dat'
FIG_H = 504
# Rows of panel (0: call, 1: reaped), heap_bytes, ns, primitive, number or -, place of the number.
POINTS = 'spawn-by-heap-published.dat'
HAS_POINTS = ARG5 eq 'published'
if (HAS_POINTS) {
    set datafile separator tab
    stats POINTS using 2 nooutput
    HAS_POINTS = exists('STATS_max')
    if (HAS_POINTS) { HEAP_ALSO = STATS_max }
}
call ARG3 ARG1 ARG2 ARG4
# Those at one of the four places: right, left, above, below. gnuplot 5.4 dies of labels and points of which none is
# valid, so what a panel lacks is not asked for.
NUMBERS(k, where) = NUMBERED[4 * lower + k + 1] == 0 ? '' : ", '' using ($1 == lower && $6 == " . k . " ? heap_at($2) : NaN):($3 * NS):(strcol(5))" \
    . " with labels " . where . " font ',12' notitle"

WIDE = 288                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 50       # foot of the lower panels
TALL = (FIG_H - BASE - 28 - 16) / 2

# One y range for both panels of a row.
array YMIN[2]
array YMAX[2]
array PUBLISHED[2]                     # how many points
array NUMBERED[8]                      # how many of them have a number, by its place
do for [k = 1:8] { NUMBERED[k] = 0 }
do for [r = 1:2] {
    ymin = NaN
    ymax = NaN
    PUBLISHED[r] = 0
    do for [f = 2 * r - 1:2 * r] { eval SPAN }
    if (HAS_POINTS) {
        stats POINTS using (THIS = $1 == r - 1 ? $3 * NS : NaN, ymin = least(ymin, THIS), \
            ymax = most(ymax, THIS), PUBLISHED[r] = PUBLISHED[r] + ok(THIS), $1) nooutput
        do for [k = 1:4] {
            stats POINTS using (ok($1) && $1 == r - 1 && $6 == k - 1 \
                ? NUMBERED[4 * r - 4 + k] = NUMBERED[4 * r - 4 + k] + 1 : 0, $1) nooutput
        }
    }
    YMIN[r] = or(ymin, 1e-5)
    YMAX[r] = or(ymax, 1e-2)
}

FLOOR_FILE = 'spawn-by-heap-floor.dat'
eval FLOORS

set multiplot
do for [f = 1:words(FILES)] {
    right = (f + 1) % 2
    lower = f > 2
    ymin = YMIN[1 + lower]
    ymax = YMAX[1 + lower]
    foot = BASE + (lower ? 0 : TALL + 16)
    side = right ? 422 : 110
    eval PANEL
    SHOW_Y = !right
    eval LOG_AXIS
    SHOW_X = lower
    eval HEAP_AXIS
    set label (lower ? '' : right ? 'write-protected heap' : 'dirty heap') \
        at screen sx(side + WIDE / 2),sy(foot + TALL + 14) center
    set label (right ? '' : lower ? 'reaped_ns' : 'call_ns') \
        at screen sx(12),sy(foot + TALL / 2) center rotate
    set label (right ? '' : lower ? 'until reaped' : 'caller blocked in the call') \
        at screen sx(29),sy(foot + TALL / 2) center rotate font ',' . SMALL
    set label (lower ? 'heap size, bytes' : '') \
        at screen sx(side + WIDE / 2),sy(foot - 36) center
    if (HAS_POINTS && !right && COUNT[f] > 0 && PUBLISHED[1 + lower] > 0) {
        eval "plot " . SHAPES . ", POINTS" \
            . " using ($1 == lower ? heap_at($2) : NaN):($3 * NS):(rank(strcol(4)))" \
            . " with points pt 6 ps 1.3 * PS lw 1.5 lc variable notitle" \
            . NUMBERS(0, 'left offset 0.7,0') . NUMBERS(1, 'right offset -0.7,0') \
            . NUMBERS(2, 'center offset 0,0.75') . NUMBERS(3, 'center offset 0,-0.75')
    } else {
        eval CURVES
    }
}
eval END
