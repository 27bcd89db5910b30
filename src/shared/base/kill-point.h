/* kill-point.h - named places at which tests/faults kills a process: KILL_POINT ("before-dot").
 * Compiled to nothing unless the build was set up with -Dkill-points=true; then POSTRIDER_KILL=NAME:N (passed on by shared/peer
 * in such builds only) ends the process with SIGKILL the N-th time it comes by. NAME:N:stop stops it there instead, so that a test can kill others. */
#pragma once
#ifdef POSTRIDER_KILL_POINTS
void kill_point (const char *name);
#define KILL_POINT(name) kill_point (name)
#else
#define KILL_POINT(name) ((void) 0)
#endif
