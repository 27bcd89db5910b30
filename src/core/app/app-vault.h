/* app-vault.h - Vault* of App1. Connected by app_account_connect(). Used in: core/app. */
#pragma once
#include "app.h"

void app_vault_connect (AppClient *client);
