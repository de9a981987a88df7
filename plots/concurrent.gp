# Starts at the same time, by the number of starters: how many there are a second,
# of all starters together, and how long one takes.  Smallest heap, and a larger.
# Reads concurrent-{starts,reaped}-{small,large}.dat (a block per case: its name, then rows
# of starters, 1/s or ns, low, high) and caption-concurrent.dat.

LOOKS = 'look-concurrent.dat'
FILES = 'concurrent-starts-small.dat concurrent-starts-large.dat ' \
      . 'concurrent-reaped-small.dat concurrent-reaped-large.dat'
FIG_H = 480
call ARG3 ARG1 ARG2 ARG4

WIDE = 252                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 50
TALL = (FIG_H - BASE - 28 - 40) / 2
array TITLE[2] = ['starts a second', 'a start until reaped']
rate_label(v) = v < 0.9999e3 ? sprintf('%.4g', v) : v < 0.9999e6 ? sprintf('%.4gk', v * 1e-3) \
              : sprintf('%.4gM', v * 1e-6)

# Both panels of a row have the same axis, and all of them the same starters.
array YMIN[2]
array YMAX[2]
XMIN = NaN
XMAX = NaN
do for [r = 1:2] {
    SCALE = r == 1 ? 1 : NS
    ymin = NaN
    ymax = NaN
    do for [f = 2 * r - 1:2 * r] {
        eval SPAN
        stats word(FILES, f) every ::1 using (positive($1)) nooutput
        if (exists('STATS_min') && COUNT[f] > 0) {
            XMIN = least(XMIN, STATS_min)
            XMAX = most(XMAX, STATS_max)
        }
    }
    YMIN[r] = or(ymin, SCALE)
    YMAX[r] = or(ymax, 1e3 * SCALE)
}
XMIN = or(XMIN, 1)
XMAX = or(XMAX, 2)
curve_x(x, s) = x
y_label(v) = r == 1 ? rate_label(v) : time_label(v)

set multiplot
set logscale x 2
do for [f = 1:4] {
    r = f > 2 ? 2 : 1
    SCALE = r == 1 ? 1 : NS
    foot = BASE + (r == 2 ? 0 : TALL + 40)
    side = f % 2 ? 94 : 456
    eval PANEL
    set xrange [XMIN / 1.2:XMAX * 1.2]
    set xtics ()
    set for [e = 0:12] xtics add (r == 2 ? sprintf('%d', 2**e) : '' 2**e)
    ymin = YMIN[r]
    ymax = YMAX[r]
    eval LOG_AXIS
    set label TITLE[r] . (f % 2 ? ', smallest heap' : ', larger heap') \
        at screen sx(side + WIDE / 2),sy(foot + TALL + 14) center
    set label (r == 2 ? 'starters' : '') \
        at screen sx(side + WIDE / 2),sy(foot - 36) center
    eval CURVES
}
eval END
