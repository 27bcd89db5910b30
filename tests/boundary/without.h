/* without.h - this process from here on as if the kernel lacked something: older kernels and closed containers, for the boundary tests. */
#pragma once

/* lacking: "namespaces", "landlock"; ends with NULL. Returns: 0, or -1: no such word, or the kernel does not take the filter. */
int without_apply (char *const *lacking);
