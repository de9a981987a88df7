# Starts at the same time: the share of them that took longer than a time, for the
# most starters.  Smallest heap, and a larger.
# Reads concurrent-tail-{small,large}.dat (a block per case: its name, then rows of ns, share
# below, share above) and caption-concurrent-tail.dat.

LOOKS = 'look-concurrent.dat'
FILES = 'concurrent-tail-small.dat concurrent-tail-large.dat'
FIG_H = 330
call ARG3 ARG1 ARG2 ARG4

WIDE = 262                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 52
TALL = FIG_H - BASE - 28
LOWEST = 1e-4                          # share at the foot of the axis

array TMIN[2]
array TMAX[2]
do for [f = 1:2] {
    TMIN[f] = 1e-5
    TMAX[f] = 1e-3
    if (COUNT[f] > 0) {
        stats word(FILES, f) every ::1 using (positive($1) * NS) nooutput
        if (exists('STATS_min')) {
            TMIN[f] = STATS_min
            TMAX[f] = STATS_max
        }
    }
}

set logscale xy
set yrange [LOWEST:1.2]
set ytics ()
set for [e = -4:0] ytics add (sprintf('%g %%%%', 100 * 10.0**e) 10.0**e)
set multiplot
do for [f = 1:2] {
    side = f == 1 ? 84 : 446
    foot = BASE
    eval PANEL
    set xrange [TMIN[f] / 1.2:TMAX[f] * 1.2]
    set xtics ()
    set for [e = -10:3] for [m in tic_steps(TMAX[f] / TMIN[f])] \
        xtics add (time_label(m * 10.0**e) m * 10.0**e)
    set label (f == 1 ? 'took longer, smallest heap' : 'took longer, larger heap') \
        at screen sx(side + WIDE / 2),sy(BASE + TALL + 14) center
    set label 'a start until reaped' at screen sx(side + WIDE / 2),sy(BASE - 38) center
    if (COUNT[f] == 0) {
        eval EMPTY
    } else {
        plot for [s = FIRST[f]:LAST[f]] word(FILES, f) index BLOCK[s] every ::1 \
            using ($1 * NS):(positive($3)) with lines lt LOOK[s] notitle
    }
}
eval END
