#include "without.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <unistd.h>

static int
refuse_namespaces (scmp_filter_ctx filter)
{
  static const unsigned flags[] = { CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWPID };
  int status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (unshare), 0);

  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
    status |= seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (clone), 1, SCMP_A0 (SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
  return status;
}

int
without_apply (char *const *lacking)
{
  scmp_filter_ctx filter;
  int status;

  if (*lacking == NULL)
    return 0;
  filter = seccomp_init (SCMP_ACT_ALLOW);
  status = filter == NULL || seccomp_attr_set (filter, SCMP_FLTATR_CTL_NNP, 0) != 0;
  for (; *lacking != NULL; lacking++) {
    if (strcmp (*lacking, "namespaces") == 0)
      status |= refuse_namespaces (filter);
    else if (strcmp (*lacking, "landlock") == 0)
      status |= seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (landlock_create_ruleset), 0);
    else
      status = 1;
  }
  if (status == 0 && seccomp_load (filter) != 0) /* only who may, root as a rule, goes on without no_new_privs */
    status = seccomp_attr_set (filter, SCMP_FLTATR_CTL_NNP, 1) != 0 || seccomp_load (filter) != 0;
  seccomp_release (filter);
  return status == 0 ? 0 : -1;
}
