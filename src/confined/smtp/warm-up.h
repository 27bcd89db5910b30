/* warm-up.h - what libraries load on first use, loaded before the lock. Used in: main, tests. */
#pragma once

void warm_up (void);
