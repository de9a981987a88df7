# Single first writes to a page: the share of them that took no longer than a
# time, and below it the share that took longer, which shows the tail.
# Reads first-write-cdf.dat (a block per case: its name, then rows of ns, share
# below, share above) and caption-first-write-cdf.dat.

LOOKS = 'look-first_write.dat'
FILES = 'first-write-cdf.dat'
FIG_H = 512
call ARG3 ARG1 ARG2 ARG4

BASE = CAPTION_H + LEGEND_H + 52
TALL = (FIG_H - BASE - 14 - 18) / 2
LOWEST = 1e-5                          # share at the foot of the tail's axis

tmin = 1e-8
tmax = 1e-5
if (KEYS > 0) {
    stats FILES every ::1 using (positive($1) * NS) nooutput
    if (exists('STATS_min')) {
        tmin = STATS_min
        tmax = STATS_max
    }
    stats FILES every ::1 using (positive($3)) nooutput
    if (exists('STATS_min')) { LOWEST = 10.0**floor(log10(STATS_min)) }
}
set logscale x
set xrange [tmin / 1.2:tmax * 1.2]

set multiplot
side = 96
WIDE = 604
do for [p = 1:2] {
    tail = p == 2
    foot = BASE + (tail ? 0 : TALL + 18)
    eval PANEL
    set xtics ()
    set for [e = -10:3] for [m in tic_steps(tmax / tmin)] \
        xtics add (tail ? time_label(m * 10.0**e) : '' m * 10.0**e)
    set ytics ()
    if (tail) {
        set logscale y
        set yrange [LOWEST:1.2]
        set for [e = -7:0] ytics add (sprintf('%g %%%%', 100 * 10.0**e) 10.0**e)
    } else {
        set yrange [0:1.02]
        set for [k = 0:4] ytics add (sprintf('%d %%%%', 25 * k) k / 4.0)
    }
    set label (tail ? 'took longer' : 'took no longer') \
        at screen sx(16),sy(foot + TALL / 2) center rotate
    set label (tail ? 'time of a single first write' : '') \
        at screen sx(398),sy(foot - 38) center
    if (KEYS == 0) {
        eval EMPTY
    } else {
        plot for [s = FIRST[1]:LAST[1]] FILES index BLOCK[s] every ::1 \
            using ($1 * NS):(tail ? positive($3) : $2) \
            with lines lt LOOK[s] notitle
    }
}
eval END
