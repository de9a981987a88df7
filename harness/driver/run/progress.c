#include "harness/driver/run/progress.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINE_INTERVAL_S = 10, BAR_WIDTH = 20, WIDTH_MIN = 40 };

void progress_open(struct progress *progress)
{
	*progress = (struct progress){.is_terminal = terminal_moves(stderr),
				      .is_coloured = terminal_has_looks(stderr)};
}

static unsigned terminal_width(void)
{
	struct winsize size;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_MIN)
		return size.ws_col;
	return 80;
}

void progress_show(struct progress *progress, const struct progress_state *state, bool milestone)
{
	char remaining[UNITS_TEXT_MAX], width[24] = "", line[256], bar[BAR_WIDTH + 1];
	if (isfinite(state->half_width))
		snprintf(width, sizeof width, "  +-%.1f%%", state->half_width * 100);
	units_format_seconds(state->remaining_s, remaining);
	snprintf(line, sizeof line, "%3.0f%%  ETA %-6s  %s  replicate %lu%s", state->share * 100,
		 remaining, state->cell, state->replicate, width);
	if (!progress->is_terminal) {
		if (!milestone && state->now_s - progress->printed_s < LINE_INTERVAL_S)
			return;
		print_to(stderr, "%s\n", line);
		progress->printed_s = state->now_s;
		return;
	}
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < (int)(state->share * BAR_WIDTH + 0.5) ? '#' : '-';
	bar[BAR_WIDTH] = '\0';
	int room = (int)terminal_width() - BAR_WIDTH - 4;
	terminal_control(stderr, progress->is_coloured ? "\r\033[36m" : "\r");
	print_to(stderr, "[%s]", bar);
	terminal_control(stderr, progress->is_coloured ? "\033[0m" : "");
	print_to(stderr, " %.*s", room, line);
	terminal_control(stderr, "\033[K");
	fflush(stderr);
}

void progress_close(struct progress *progress)
{
	if (progress->is_terminal)
		terminal_control(stderr, "\r\033[K");
}
