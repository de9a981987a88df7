#include "harness/driver/run/record.h"

#include "harness/common/remedy.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/pack.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES "samples.jsonl.zst"

/* Enough for a tenth of a nanosecond in a number of seconds. */
#define JSON_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(12))

static void close_samples(struct record *record)
{
	pack_free(record->pack);
	record->pack = NULL;
	if (record->samples_fd >= 0)
		close(record->samples_fd);
	record->samples_fd = -1;
}

/* A line that cannot be written ends the record. */
enum outcome record_line(struct record *record, json_t *line, bool is_last, struct problem *problem)
{
	enum outcome outcome = OUTCOME_OK;
	char *text = line ? json_dumps(line, JSON_FLAGS) : NULL;
	json_decref(line);
	if (!text) {
		outcome = fail(problem, "cannot write a line of " SAMPLES ": out of memory");
	} else {
		size_t length = strlen(text);
		text[length++] = '\n'; /* in place of the end mark */
		if (!pack_put(record->pack, text, length, is_last) ||
		    fdatasync(record->samples_fd) < 0)
			outcome = fail(problem, "cannot write %s/" SAMPLES ": %s; %s",
				       record->folder, strerror(errno), outfile_remedy(errno));
	}
	free(text);
	if (outcome || is_last)
		close_samples(record);
	return outcome;
}

/* A host name as part of a folder name. */
static void host_word(char *word, size_t word_bytes)
{
	if (gethostname(word, word_bytes) < 0)
		snprintf(word, word_bytes, "unknown");
	word[word_bytes - 1] = '\0';
	for (char *c = word; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
			*c = '-';
}

/* Points OUTPUT/latest at the run, in one step, unless it is something else than a link. */
static void point_latest(struct record *record, const char *output, const char *name)
{
	char latest[WIRE_PATH_MAX + 16], next[sizeof latest + 32];
	struct stat there;
	snprintf(latest, sizeof latest, "%s/latest", output);
	snprintf(next, sizeof next, "%s/.latest.tmp-%d", output, (int)getpid());
	if (lstat(latest, &there) == 0 && !S_ISLNK(there.st_mode)) {
		snprintf(record->warning, sizeof record->warning,
			 "%s is not a link that forkcost made, so it is left alone; the run is %s",
			 latest, record->folder);
		return;
	}
	/* A convenience: a file system without links is no reason to stop. */
	if (symlink(name, next) == 0 && rename(next, latest) < 0)
		unlink(next);
	errno = 0;
}

enum outcome record_check_output(const char *output, struct problem *problem)
{
	char parent[WIRE_PATH_MAX];
	struct stat stat_of;
	int error = 0;
	wire_copy(parent, sizeof parent, output);
	if (stat(output, &stat_of) < 0)
		error = errno == ENOENT && access(dirname(parent), W_OK | X_OK) == 0 ? 0 : errno;
	else if (!S_ISDIR(stat_of.st_mode))
		error = ENOTDIR;
	else if (access(output, W_OK | X_OK) < 0)
		error = errno;
	if (!error)
		return OUTCOME_OK;
	return fail(problem, "cannot make a run folder in %s: %s; %s", output, strerror(error),
		    remedy_or(error, "choose another with --output"));
}

enum outcome record_new_folder(const char *folder, struct problem *problem)
{
	if (mkdir(folder, 0777) == 0)
		return OUTCOME_OK;
	return fail(problem, "cannot make the folder %s: %s; choose another with --output", folder,
		    strerror(errno));
}

enum outcome record_make_folder(const char *output, const char *word,
				char folder[RECORD_FOLDER_MAX], struct problem *problem)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm utc;
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
	if (mkdir(output, 0777) < 0 && errno != EEXIST)
		return fail(problem, "cannot make the folder %s: %s; choose another with --output",
			    output, strerror(errno));
	for (int try = 0; try < 100; try++) {
		snprintf(folder, RECORD_FOLDER_MAX, try ? "%s/%s-%s-%d" : "%s/%s-%s", output, stamp,
			 word, try);
		if (mkdir(folder, 0777) == 0)
			return OUTCOME_OK;
		if (errno != EEXIST)
			break;
	}
	return fail(problem, "cannot make the folder %s: %s; choose another with --output", folder,
		    strerror(errno));
}

static enum outcome write_environment(const struct record *record, const json_t *environment,
				      struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, record->folder, "environment.json", problem);
	if (!file)
		return OUTCOME_FAILED;
	if (json_put(file, environment, JSON_INDENT(2) | JSON_REAL_PRECISION(12)))
		return outfile_close(&outfile, file, problem);
	outfile_drop(&outfile, file);
	return fail(problem, "cannot make environment.json: out of memory; end other programs");
}

enum outcome record_open(struct record *record, const struct plan *plan, int argc, char **argv,
			 struct problem *problem)
{
	char path[sizeof record->folder + 32], host[40];
	record->samples_fd = -1;
	record->pack = NULL;
	record->warning[0] = '\0';
	host_word(host, sizeof host);
	if (record_make_folder(plan->settings.output, host, record->folder, problem))
		return OUTCOME_FAILED;
	point_latest(record, plan->settings.output, strrchr(record->folder, '/') + 1);
	json_t *environment = describe_environment(plan, argc, argv);
	if (!environment)
		return fail(problem, "cannot describe this machine: out of memory");
	enum outcome wrote = write_environment(record, environment, problem);
	json_decref(environment);
	if (wrote)
		return OUTCOME_FAILED;
	snprintf(path, sizeof path, "%s/" SAMPLES, record->folder);
	record->samples_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
	if (record->samples_fd < 0)
		return fail(problem, "cannot write %s: %s; %s", path, strerror(errno),
			    outfile_remedy(errno));
	record->pack = pack_open(record->samples_fd);
	if (!record->pack) {
		close_samples(record);
		return fail(problem, "cannot write %s: out of memory; end other programs", path);
	}
	const char *name = strrchr(record->folder, '/') + 1;
	return record_line(record, describe_run_line(plan, name, argc, argv), false, problem);
}

enum outcome record_cells(struct record *record, const struct plan *plan,
			  const struct record_replicate *replicate, const struct wire_area *area,
			  struct problem *problem)
{
	for (uint32_t cell = 0; cell < plan->jobs[replicate->job].cell_count; cell++)
		if (area->answer.cell_done[cell] &&
		    record_line(record, describe_cell_line(plan, replicate, area, cell), false,
				problem))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}
