#include "phone.h"

#include <cstring>
#include <string>

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::Logger;
using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

/* "3.1E+09": what a spreadsheet leaves of a long number that it took for one */
static bool
is_rounded (const std::string &text)
{
  const auto at = text.find_first_of ("eE");

  return at != std::string::npos && at > 0 && text.find_first_not_of ("0123456789.,") == at &&
         text.find_first_not_of ("+0123456789", at + 1) == std::string::npos && at + 1 < text.size ();
}

/* "442,079,460,958": a cell with thousands. Left there, a comma is a pause, and what follows it an extension. */
static void
drop_thousands (std::string &text)
{
  std::string digits;

  for (size_t i = 0; i < text.size (); i++) {
    const size_t place = text.size () - i; /* from the end: each fourth is a comma */

    if (place % 4 == 0 && i > 0 ? text[i] != ',' : text[i] < '0' || text[i] > '9')
      return;
    if (text[i] != ',')
      digits += text[i];
  }
  text = digits;
}

void
phone_warm_up (void)
{
  static NullLogger quiet; /* it would write to stdout */
  char e164[PHONE_E164_LEN];

  PhoneNumberUtil::GetInstance (); /* sets a logger of its own */
  Logger::set_logger_impl (&quiet);
  phone_parse ("020 7946 0000", 13, "GB", e164);
}

gboolean
phone_is_region (const char *region)
{
  PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance ();

  return std::strlen (region) == 2 && util.GetCountryCodeForRegion (region) != 0;
}

const char *
phone_flaw_to_sentence (PhoneFlaw flaw)
{
  switch (flaw) {
  case PHONE_FINE:
    return "it is fine";
  case PHONE_AMBIGUOUS:
    return "a number without + and country code can be anyone's: import again with --region (two letters of the country)";
  case PHONE_ROUNDED:
    return "a spreadsheet has rounded this number: format the column as text, and type or import the number again";
  case PHONE_BAD:
    break;
  }
  return "this is no phone number that can exist in its country";
}

/* Valid by the tables; or, with its country code written out, of a possible length: the tables of a stable distribution are older
 * than the newest prefixes, and who writes + knows the number. */
static bool
is_taken (const PhoneNumberUtil &util, const PhoneNumber &number, bool has_plus)
{
  return util.IsValidNumber (number) ||
         (has_plus && util.IsPossibleNumberWithReason (number) == PhoneNumberUtil::IS_POSSIBLE);
}

PhoneFlaw
phone_parse (const char *raw, gsize len, const char *region, char out_e164[PHONE_E164_LEN])
{
  PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance ();
  PhoneNumber number;
  std::string text (raw, len > PHONE_RAW_MAX ? 0 : len), e164;

  if (!text.empty () && text[0] == '\'') /* a spreadsheet's mark for text */
    text.erase (0, 1);
  if (text.empty () || text.find ('\0') != std::string::npos)
    return PHONE_BAD;
  if (is_rounded (text))
    return PHONE_ROUNDED;
  drop_thousands (text);
  const bool has_plus = text.find ('+') != std::string::npos || text.find ("\xef\xbc\x8b") != std::string::npos; /* full width */
  const auto result = util.Parse (text, region[0] != '\0' ? region : "ZZ", &number);
  if (result == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR && !has_plus && region[0] == '\0')
    return PHONE_AMBIGUOUS;
  if (result != PhoneNumberUtil::NO_PARSING_ERROR || !is_taken (util, number, has_plus))
    return PHONE_BAD;
  util.Format (number, PhoneNumberUtil::E164, &e164);
  if (e164.size () >= PHONE_E164_LEN || e164.size () < 8 || e164[0] != '+')
    return PHONE_BAD;
  std::memcpy (out_e164, e164.c_str (), e164.size () + 1);
  return PHONE_FINE;
}
