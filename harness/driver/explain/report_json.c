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

static json_t *process_json(const struct told *told, enum walk_who who)
{
	static const char *const standings[] = {
		[STANDING_NONE] = "none",       [STANDING_RUNS] = "runs",
		[STANDING_STOPPED] = "stopped", [STANDING_FOREIGN] = "another program",
		[STANDING_GONE] = "gone",
	};
	const struct sight *sight = &told->sights[who];
	enum standing standing = told->after.standing[who];
	if (standing == STANDING_NONE || standing == STANDING_GONE)
		return json_pack("{s:s}", "stands", standings[standing]);
	json_t *process =
		json_pack("{s:s,s:i}", "stands", standings[standing], "id", told->ids[who]);
	if (told->after.frame[who] != THEORY_NO_FRAME) {
		json_object_set_new(process, "address",
				    json_integer((json_int_t)told->pages.address));
		json_object_set_new(process, "writable_by_theory",
				    json_boolean(told->after.writable[who]));
	}
	json_object_set_new(process, "frame", fact_json(&sight->frame));
	json_object_set_new(process, "map_count", fact_json(&sight->map_count));
	json_object_set_new(process, "exclusive", flag_json(&sight->exclusive));
	json_object_set_new(process, "soft_dirty", flag_json(&sight->soft_dirty));
	json_object_set_new(process, "minor_faults", fact_json(&sight->faults));
	json_object_set_new(process, "page_tables_bytes", fact_json(&sight->page_tables_bytes));
	json_object_set_new(process, "byte", fact_json(&told->bytes[who]));
	return process;
}

static json_t *cost_json(const struct told *told)
{
	const struct cost *cost = &told->cost;
	char text[WORDS_MAX];
	if (cost->count == 0)
		return json_string(words_cost(told, text));
	return json_pack("{s:f,s:f,s:f,s:I,s:s}", "median_ns", cost->median_ns, "min_ns",
			 cost->least_ns, "max_ns", cost->most_ns, "rehearsals",
			 (json_int_t)cost->count, "of", words_cost_unit(told));
}

static json_t *check_json(const struct check *check)
{
	static const char *const verdicts[] = {[VERDICT_HOLDS] = "holds",
					       [VERDICT_FAILS] = "fails",
					       [VERDICT_UNSEEN] = "not seen"};
	json_t *json = json_pack("{s:s,s:s}", "verdict", verdicts[check->verdict], "statement",
				 check->text);
	if (check->verdict == VERDICT_UNSEEN)
		json_object_set_new(json, "why", json_string(check->why));
	return json;
}

json_t *report_step(const struct told *told)
{
	char title[WORDS_MAX], meaning[WORDS_MAX];
	const struct walk_step *step = &told->scene->walk.steps[told->step];
	json_t *checks = json_array();
	for (size_t i = 0; i < told->check_count; i++)
		json_array_append_new(checks, check_json(&told->checks[i]));
	json_t *json = json_pack(
		"{s:s,s:s,s:s,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "act", acts[step->act], "title",
		words_title(told, title), "meaning", words_meaning(told, meaning), "pages",
		(json_int_t)told->pages.count, "page_bytes", (json_int_t)told->pages.page_bytes,
		"parent", process_json(told, WALK_CALLER), "child", process_json(told, WALK_CHILD),
		"one_memory", flag_json(&told->one_memory), "cost", cost_json(told), "checks",
		checks);
	if (step->act == WALK_OWN || step->act == WALK_WRITE) {
		json_object_set_new(json, "writer", json_string(step_name(step->who)));
		json_object_set_new(json, "faults_in_pass", json_integer((json_int_t)told->faults));
	}
	return json;
}
