# B over A of each headline row of a comparison, with its interval: a row each, what matters
# first; full marks where it surely differs, and a grey band of what counts as the same.
# Reads compare-ratios.dat (rows of place, ratio, low, high, sure, label, words),
# compare-ratios-band.dat (the band's upper end) and caption-compare-ratios.dat.

set encoding utf8
set datafile separator tab commentschars ''
stats 'compare-ratios.dat' using 1 nooutput
ROWS = exists('STATS_records') ? int(STATS_records) : 0
ROW_H = 20
FIG_H = 66 + ROW_H * (ROWS > 3 ? ROWS : 3)
call ARG3 ARG1 ARG2 ARG4

stats 'compare-ratios-band.dat' using 1 nooutput
BAND = STATS_max
side = 306
WIDE = 290
foot = CAPTION_H + 48
TALL = FIG_H - foot - 12
xmin = 1 / BAND
xmax = BAND
if (ROWS > 0) {
    stats 'compare-ratios.dat' using 3 nooutput
    xmin = least(xmin, STATS_min)
    stats 'compare-ratios.dat' using 4 nooutput
    xmax = most(xmax, STATS_max)
}
xmin = most(xmin / 1.01, 0.1)
xmax = least(xmax * 1.01, 10)
step = nice_step(xmax - xmin)

set multiplot
eval PANEL
set border 1
unset ytics
set logscale x
set xrange [xmin:xmax]
set yrange [most(ROWS, 1) - 0.5:-0.5]
set xtics ()
set for [k = int(ceil(xmin / step)):int(floor(xmax / step))] xtics add (ratio_label(k * step) k * step)
set label 'B over A' at screen sx(side + WIDE / 2),sy(CAPTION_H + 12) center
if (ROWS == 0) {
    eval EMPTY
} else {
    set object 1 rectangle from first 1 / BAND,graph 0 to first BAND,graph 1 \
        behind fillcolor rgb '#C8C8C8' fillstyle solid noborder
    set arrow 1 from first 1,graph 0 to first 1,graph 1 nohead lw 1.4 lc rgb '#000000'
    plot 'compare-ratios.dat' using 3:1:($4 - $3):(0) with vectors nohead lw 2 lc rgb '#000000' notitle, \
        '' using ($5 == 0 ? $2 : NaN):1 with points pt 7 ps 1.1 * PS lc rgb '#FFFFFF' notitle, \
        '' using ($5 == 0 ? $2 : NaN):1 with points pt 6 ps 1.2 * PS lw 1.5 lc rgb '#000000' notitle, \
        '' using ($5 == 1 ? $2 : NaN):1 with points pt 7 ps 1.2 * PS lc rgb '#000000' notitle, \
        '' using (xmin):1:6 with labels right offset -0.8,0 font ',12' notitle, \
        '' using (xmax):1:7 with labels left offset 0.8,0 font ',12' notitle
    unset object 1
}
eval END
