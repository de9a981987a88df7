# How long the caller waits in each way to start a program, and the longest gap of
# another of its threads meanwhile, with and without the call.
# Reads thread-gap.dat (a block per metric: its name, then rows of the case's place,
# ns, low, high, the case's name) and caption-thread-gap.dat.

LOOKS = 'look-thread_gap.dat'
FILES = 'thread-gap.dat'
FIG_H = 300
NO_LINES = 1
call ARG3 ARG1 ARG2 ARG4

f = 1
side = 94
WIDE = 606
foot = CAPTION_H + LEGEND_H + 32
TALL = FIG_H - foot - 12
ymin = NaN
ymax = NaN
eval SPAN
ymin = or(ymin, 1e-6)
ymax = or(ymax, 1e-3)
curve_x(x, s) = x

set multiplot
eval PANEL
eval LOG_AXIS
set xrange [-0.6:3.6]
set label 'time' at screen sx(14),sy(foot + TALL / 2) center rotate
unset xtics
if (COUNT[f] == 0) {
    eval EMPTY
} else {
    plot @BARS, \
        for [s = FIRST[f]:LAST[f]] FILES index BLOCK[s] every ::1 \
            using 1:($2 * SCALE) with points lt LOOK[s] notitle, \
        FILES index BLOCK[FIRST[f]] every ::1 using 1:(low_end(ymin, ymax)):(strcol(5)) \
            with labels offset 0,-1 notitle
}
eval END
