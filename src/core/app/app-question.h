/* app-question.h - what the window's person is asked before something leaves the machine that did not before, or cannot be had back.
 * Used in: core/app. Contract: App1.Question, and org.postrider.Effect of each member. */
#pragma once
#include <glib.h>

/* Each member that is marked as more than harmless has its row. */
gboolean app_question_has (const char *member);
