# Time to create a child without a heap, by the state of the caches before the window: a group of points for each
# state, a point with its interval for each primitive.
# Left: time inside the call.  Right: time until the child was waited for.
# Reads cache-states-{call,reaped}.dat (a block a primitive: its name, then rows of the state's place, median_ns,
# low_ns, high_ns), cache-states-names.dat (rows of place and name) and caption-cache-states.dat.

LOOKS = 'look-spawn.dat'
FILES = 'cache-states-call.dat cache-states-reaped.dat'
NAMES_OF = 'cache-states-names.dat'
FIG_H = 310
NO_LINES = 1
call ARG3 ARG1 ARG2 ARG4

WIDE = 288                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 30
TALL = FIG_H - BASE - 28
array TITLE[2] = ['call_ns: caller blocked in the call', 'reaped_ns: until reaped']

# One y range for both panels.
ymin = NaN
ymax = NaN
do for [f = 1:2] { eval SPAN }
ymin = or(ymin, 1e-5)
ymax = or(ymax, 1e-3)

# Points of a group lie beside each other, in the order of the legend.
SPREAD = 0.7 / most(KEYS, 1)
slot(look, k) = k > KEYS || KEY_LOOK[k] == look ? k : slot(look, k + 1)
curve_x(x, s) = x + SPREAD * (slot(LOOK[s], 1) - (KEYS + 1) / 2.0)

set multiplot
foot = BASE
do for [f = 1:2] {
    side = f == 2 ? 422 : 110
    eval PANEL
    SHOW_Y = f == 1
    eval LOG_AXIS
    unset xtics
    set xrange [-0.5:2.5]
    do for [k = 0:1] {
        set arrow from first k + 0.5,graph 0 to first k + 0.5,graph 1 \
            nohead back lw 0.7 dt solid lc rgb '#D4D4D4'
    }
    set label TITLE[f] at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    if (COUNT[f] == 0) {
        eval EMPTY
    } else {
        eval "plot NAMES_OF using 1:(low_end(ymin, ymax)):(strcol(2)) with labels offset 0,-1" \
            . " notitle, " . BARS . ", " . EACH . "($2 * SCALE) with points lt LOOK[s] notitle"
    }
}
eval END
