#include "harness/driver/explain/report_json.h"

#include "harness/common/axes.h"
#include "harness/driver/explain/words.h"

static const char *const acts[WALK_ACT_COUNT] = {[WALK_OWN] = "own",
						 [WALK_START] = "start",
						 [WALK_WRITE] = "write",
						 [WALK_EXEC] = "exec",
						 [WALK_END] = "end"};

json_t *report_scene(const struct scene *scene)
{
	char text[WORDS_MAX];
	return json_pack("{s:s,s:s,s:s,s:[]}", "primitive", scene->primitive->name, "action",
			 axis_name(&axis_action, scene->action), "title", words_scene(scene, text),
			 "steps");
}

/* A number, or the reason as a string. */
static json_t *fact_json(const struct fact *fact)
{
	return fact->known ? json_integer((json_int_t)fact->value) : json_string(fact->why);
}

static json_t *flag_json(const struct fact *fact)
{
	return fact->known ? json_boolean(fact->value != 0) : json_string(fact->why);
}

static json_t *process_json(const struct step_result *result, enum walk_who who)
{
	static const char *const standings[] = {
		[STANDING_NONE] = "none",       [STANDING_RUNS] = "runs",
		[STANDING_STOPPED] = "stopped", [STANDING_FOREIGN] = "another program",
		[STANDING_GONE] = "gone",
	};
	const struct observation *seen = &result->observations[who];
	enum standing standing = result->after.standing[who];
	if (!theory_is_there(&result->after, who))
		return json_pack("{s:s}", "stands", standings[standing]);
	json_t *process =
		json_pack("{s:s,s:i}", "stands", standings[standing], "id", result->ids[who]);
	if (result->after.frame[who] != THEORY_NO_FRAME)
		json_object_update_new(process,
				       json_pack("{s:I,s:b}", "address",
						 (json_int_t)result->pages.address,
						 "writable_expected", result->after.writable[who]));
	json_object_update_new(process, json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "frame",
						  fact_json(&seen->frame), "map_count",
						  fact_json(&seen->map_count), "exclusive",
						  flag_json(&seen->exclusive), "soft_dirty",
						  flag_json(&seen->soft_dirty), "minor_faults",
						  fact_json(&seen->faults), "page_tables_bytes",
						  fact_json(&seen->page_tables_bytes), "byte",
						  fact_json(&result->bytes[who])));
	return process;
}

static json_t *cost_json(const struct step_result *result)
{
	const struct cost *cost = &result->cost;
	char text[WORDS_MAX];
	if (cost->count == 0)
		return json_string(words_cost(result, text));
	return json_pack("{s:f,s:f,s:f,s:I,s:s}", "median_ns", cost->median_ns, "min_ns",
			 cost->least_ns, "max_ns", cost->most_ns, "rehearsals",
			 (json_int_t)cost->count, "of", words_cost_unit(result));
}

static json_t *check_json(const struct check *check)
{
	static const char *const verdicts[] = {[VERDICT_HOLDS] = "holds",
					       [VERDICT_FAILS] = "fails",
					       [VERDICT_UNSEEN] = "not checked"};
	json_t *json = json_pack("{s:s,s:s}", "verdict", verdicts[check->verdict], "statement",
				 check->text);
	if (check->verdict == VERDICT_UNSEEN)
		json_object_set_new(json, "why", json_string(check->why));
	return json;
}

json_t *report_step(const struct step_result *result)
{
	char title[WORDS_MAX], meaning[WORDS_MAX];
	const struct walk_step *step = &result->scene->walk.steps[result->step];
	json_t *checks = json_array();
	for (size_t i = 0; i < result->check_count; i++)
		json_array_append_new(checks, check_json(&result->checks[i]));
	json_t *json = json_pack(
		"{s:s,s:s,s:s,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "act", acts[step->act], "title",
		words_title(result, title), "meaning", words_meaning(result, meaning), "pages",
		(json_int_t)result->pages.count, "page_bytes", (json_int_t)result->pages.page_bytes,
		"parent", process_json(result, WALK_CALLER), "child",
		process_json(result, WALK_CHILD), "same_mm", flag_json(&result->same_mm), "cost",
		cost_json(result), "checks", checks);
	if (step->act == WALK_OWN || step->act == WALK_WRITE)
		json_object_update_new(json,
				       json_pack("{s:s,s:I}", "writer", step_name(step->who),
						 "faults_in_pass", (json_int_t)result->faults));
	return json;
}
