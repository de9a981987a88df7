# What flushing the TLB on other CPUs costs, by threads of the caller that run
# there.  Fork with those threads, and the controls: threads that sleep, and
# other processes that keep the CPUs busy.  Flushes alone, for comparison.  What
# each thread loses: the longest gap in its loop, and its next pass over memory.
# Reads tlb-shootdown-{call,flush,gap,pass}.dat (a block per case or metric: its
# name, then rows of threads, ns, low, high) and caption-tlb-shootdown.dat.

LOOKS = 'look-tlb_shootdown.dat'
FILES = 'tlb-shootdown-call.dat tlb-shootdown-flush.dat ' \
      . 'tlb-shootdown-gap.dat tlb-shootdown-pass.dat'
FIG_H = 480
call ARG3 ARG1 ARG2 ARG4

WIDE = 252                             # size of a panel
BASE = CAPTION_H + LEGEND_H + 50
TALL = (FIG_H - BASE - 28 - 40) / 2
array TITLE[4] = ['fork, inside the call', 'mprotect, inside the call', \
    'a thread’s longest gap', 'its next pass over 64 pages']

KMAX = 1                               # most threads
array HIGH[4]                          # highest time of each panel
do for [f = 1:4] {
    HIGH[f] = 1e-9
    do for [c = 1:COUNT[f] > 0 ? 4 : 0] {
        stats word(FILES, f) every ::1 using (column(c)) nooutput
        if (exists('STATS_max')) {
            if (c == 1) { KMAX = most(KMAX, STATS_max) } \
            else { HIGH[f] = most(HIGH[f], STATS_max * NS) }
        }
    }
}
KSTEP = most(1, ceil(nice_step(KMAX)))
curve_x(x, s) = x

set multiplot
do for [f = 1:4] {
    right = (f + 1) % 2
    lower = f > 2
    foot = BASE + (lower ? 0 : TALL + 40)
    side = right ? 456 : 94
    eval PANEL
    set xrange [-0.15 * KMAX:1.15 * KMAX]
    set xtics ()
    set for [k = 0:KMAX:KSTEP] xtics add (lower ? sprintf('%d', k) : '' k)
    step = nice_step(HIGH[f])
    ymin = 0
    ymax = 1.12 * HIGH[f]
    eval LINEAR_AXIS
    set label TITLE[f] at screen sx(side + WIDE / 2),sy(foot + TALL + 14) center
    set label (lower ? 'running threads' : '') \
        at screen sx(side + WIDE / 2),sy(foot - 36) center
    if (COUNT[f] == 0) { unset ytics }
    eval CURVES
    set ytics nomirror out scale 0.5,0.25 offset 0.5,0 textcolor rgb '#000000'
}
eval END
