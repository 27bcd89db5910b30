/* test-report.h - what a connection showed, as the report of Transport2.Test. Used in: smtp-channel. */
#pragma once
#include "session.h"
#include "tls.h"

/* tls: NULL when no handshake was done. Returns: a floating a{sv}. */
GVariant *test_report_new (const SessionFacts *facts, const TlsFacts *tls);
