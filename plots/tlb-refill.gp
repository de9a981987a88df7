# Time to read a page again after what emptied TLBs or caches, by pages read:
# each case's median and interval.  Right axis: page walks per page, dotted, where
# they were counted.  A line marks the pages up to which the TLBs reach.
# Reads tlb-refill.dat (a block per case: its name, then rows of pages, ns, low,
# high), tlb-refill-walks.dat (the same for walks per page), tlb-reach.dat (a line
# of pages and a label, or empty) and caption-tlb-refill.dat.

LOOKS = 'look-tlb_refill.dat'
FILES = 'tlb-refill.dat tlb-refill-walks.dat'
HEAP_WIDE = 1
FIG_H = 400
call ARG3 ARG1 ARG2 ARG4

BASE = CAPTION_H + LEGEND_H + 52
TALL = FIG_H - BASE - 32
WALKS = COUNT[2] > 0

ymin = NaN
ymax = NaN
f = 1
eval SPAN
ymin = or(ymin, 1e-9)
ymax = or(ymax, 1e-7)
wmax = 1
if (WALKS) {
    stats word(FILES, 2) every ::1 using 2 nooutput
    if (exists('STATS_max')) { wmax = most(wmax, STATS_max) }
}

set multiplot
side = 96
WIDE = (WALKS ? 648 : 694) - side
foot = BASE
eval PANEL
eval LOG_AXIS
if (WALKS) {
    set border 11
    set y2range [0:1.15 * wmax]
    set y2tics nomirror out scale 0.5 nice_step(wmax) format '%g' \
        textcolor rgb '#000000'
}
eval HEAP_AXIS
set label 'one dependent read per page' at screen sx(14),sy(BASE + TALL / 2) center rotate
set label (WALKS ? 'page walks per page (thin, dotted)' : '') \
    at screen sx(704),sy(BASE + TALL / 2) center rotate
set label 'pages read (K = 1024)' at screen sx(372),sy(BASE - 38) center
if (COUNT[1] == 0) {
    eval EMPTY
} else {
    top = high_end(ymin, ymax)
    set style line 30 lw 1.2 dt (6,3) lc rgb '#444444'
    # In strings, since gnuplot takes a second axis without curves for an error.
    WALK_CURVES = "for [s = FIRST[2]:LAST[2]] word(FILES, 2) index BLOCK[s] every ::1" \
        . " using (heap_at($1)):2 axes x1y2 with lines lt LOOK[s] lw 1.4 dt (2,3) notitle,"
    eval "plot " . BANDS . "," . BARS . "," . (WALKS ? WALK_CURVES : '') \
        . "'tlb-reach.dat' using 1:(low_end(ymin, ymax)):(0):(top - low_end(ymin, ymax))" \
        . " with vectors nohead ls 30 notitle," \
        . "'' using 1:(top):(strcol(2)) with labels center offset 0,0.7" \
        . " font ',' . SMALL notitle," . LINES
}
unset y2tics
eval END
