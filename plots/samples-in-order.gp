# Every sample in the order taken, on a log time axis that holds all of them:
# shows drift, modes and outliers.  Replicates alternate in colour and marker.
# Reads samples-{0,1,2}.dat (first a line with the panel's title, then rows of
# index, value_ns, replicate number; an empty file is left out) and
# caption-samples-in-order.dat.

PANEL_H = 190                          # a panel with its title and tics

set datafile separator tab commentschars ''
array NAME[3]
array XMIN[3]
array XMAX[3]
array YMIN[3]
array YMAX[3]
PANELS = 0
do for [f = 0:2] {
    name = sprintf('samples-%d.dat', f)
    stats name skip 1 using 2 nooutput
    if (exists('STATS_records')) {
        PANELS = PANELS + 1
        NAME[PANELS] = name
        YMIN[PANELS] = STATS_min
        YMAX[PANELS] = STATS_max
        stats name skip 1 using 1 nooutput
        XMIN[PANELS] = STATS_min
        XMAX[PANELS] = STATS_max
    }
}
SHOWN = PANELS > 0 ? PANELS : 1
FIG_H = 30 + PANEL_H * SHOWN + 30      # axis label, panels, legend
call ARG3 ARG1 ARG2 ARG4

set style line 1 pt 7 ps 0.35 * PS lc rgb '#0072B2'
set style line 2 pt 6 ps 0.45 * PS lw 1.2 lc rgb '#E69F00'
of_parity(v, r, parity) = abs(int(r)) % 2 == parity ? v : NaN

set format x '%g'
set multiplot
side = 88
WIDE = 606
TALL = PANEL_H - 56
do for [p = 1:SHOWN] {
    foot = CAPTION_H + 30 + PANEL_H * (SHOWN - p) + 24
    eval PANEL
    if (p == SHOWN) {
        set label 'sample, in the order taken' \
            at screen sx(394),sy(foot - 38) center
    }
    if (PANELS == 0) {
        set xrange [0:1]
        set yrange [0:1]
        unset xtics
        unset ytics
        eval EMPTY
    } else {
        margin = 0.5 + 0.01 * (XMAX[p] - XMIN[p])
        left = XMIN[p] - margin
        set xrange [left:XMAX[p] + margin]
        ymin = YMIN[p] * NS
        ymax = YMAX[p] * NS
        # A value of 0 would not fit a log axis: linear then.
        if (ymin > 0) {
            top = high_end(ymin, ymax)
            eval LOG_AXIS
        } else {
            unset logscale y
            top = most(ymax * 1.05, ymin + 1e-6)
            set yrange [ymin:top]
            set ytics ()
            set for [k = 0:2] ytics add \
                (time_label(k * ymax / 2) k * ymax / 2)
        }
        plot NAME[p] skip 1 using 1:(of_parity($2, $3, 0) * NS) \
                with points ls 1 notitle, \
            '' skip 1 using 1:(of_parity($2, $3, 1) * NS) \
                with points ls 2 notitle, \
            '' every ::0::0 using (left):(top):(strcol(1)) \
                with labels left offset 0,0.7 notitle
    }
}
eval BARE
set label 'even replicate' at screen sx(104),sy(FIG_H - 14) left
set label 'odd replicate' at screen sx(264),sy(FIG_H - 14) left
set label '' at screen sx(94),sy(FIG_H - 14) point ls 1 ps 0.9 * PS
set label '' at screen sx(254),sy(FIG_H - 14) point ls 2 ps 0.9 * PS
plot NaN notitle
eval END
