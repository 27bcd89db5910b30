#include "phone.h"

#include <cstring>
#include <string>

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#define LONG_DIGITS 14 /* E.164 allows 15; nobody has so many, but tables of countries without fixed lengths let them pass */

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
  static NullLogger quiet; /* the library's own would write to stdout */
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
  case PHONE_CODE:
    return "this begins with the country's own code: is a + missing in front? Write it with +, or with its 0";
  case PHONE_DATE:
    return "this looks like a date, not like a phone number";
  case PHONE_ROUNDED:
    return "a spreadsheet has rounded this number: format the column as text, and type or import the number again";
  case PHONE_BAD:
    break;
  }
  return "this is no phone number that can exist in its country";
}

static bool
is_number_between (const std::string &text, size_t from, size_t to, int low, int high)
{
  int value = 0;

  if (to - from < 1 || to - from > 4)
    return false;
  for (size_t i = from; i < to; i++)
    value = value * 10 + (text[i] - '0');
  return value >= low && value <= high;
}

/* 2026-05-03, 3.5.2026, 05/03/26, perhaps with a time behind it */
static bool
is_date (const std::string &text)
{
  const auto a = text.find_first_not_of ("0123456789"), b = a == std::string::npos ? a : text.find_first_not_of ("0123456789", a + 1);

  if (b == std::string::npos || text[a] != text[b] || std::string ("-./").find (text[a]) == std::string::npos)
    return false;
  auto end = text.find_first_not_of ("0123456789", b + 1);
  if (end != std::string::npos && (text[end] == ' ' || text[end] == 'T') && text.find_first_not_of ("0123456789:.Z ", end + 1) == std::string::npos &&
      text.find (':', end) != std::string::npos)
    ;
  else if (end != std::string::npos)
    return false;
  end = end == std::string::npos ? text.size () : end;
  if (a == 4)
    return is_number_between (text, 0, a, 1900, 2100) && is_number_between (text, a + 1, b, 1, 12) && is_number_between (text, b + 1, end, 1, 31);
  return a <= 2 && b - a <= 3 && is_number_between (text, 0, a, 1, 31) && is_number_between (text, a + 1, b, 1, 31) &&
         ((end - b == 5 && is_number_between (text, b + 1, end, 1900, 2100)) || end - b == 3);
}

/* 20260503, 03052026: eight digits and no more */
static bool
is_compact_date (const std::string &text)
{
  if (text.size () != 8 || text.find_first_not_of ("0123456789") != std::string::npos)
    return false;
  return (is_number_between (text, 0, 4, 1900, 2100) && is_number_between (text, 4, 6, 1, 12) && is_number_between (text, 6, 8, 1, 31)) ||
         (is_number_between (text, 4, 8, 1900, 2100) && is_number_between (text, 0, 2, 1, 31) && is_number_between (text, 2, 4, 1, 31));
}

static bool
is_letter (char c)
{
  return g_ascii_isalpha (c);
}

/* "+49 30 123456 App. 12", "+49 30 123456 (home)", "Tel: +49…": what stands around the number. Letters within it are no digits, though a
 * telephone's keys have both. Returns: false: there are such. */
static bool
drop_words (std::string &text)
{
  static const char *const marks[] = { "extension", "ext", "x", "app", "apparat", "dw", "durchwahl", "poste", "int", "anexo", "ramal", "tst", "toestel", "wew", "anknytning", "#" };
  size_t digit = text.find_first_of ("+0123456789"), letter, end;
  std::string word, rest;

  if (digit == std::string::npos)
    return false;
  for (letter = digit; letter < text.size () && !is_letter (text[letter]) && text[letter] != '#'; letter++)
    ;
  if (letter == text.size ())
    return true;
  for (end = letter; end < text.size () && (is_letter (text[end]) || text[end] == '#'); end++)
    word += g_ascii_tolower (text[end]);
  rest = text.substr (end);
  if (rest.find_first_of ("0123456789") != std::string::npos) {
    bool is_mark = false;

    for (const auto mark : marks)
      is_mark = is_mark || word == mark;
    for (const auto c : rest)
      is_mark = is_mark && !is_letter (c);
    if (!is_mark)
      return false;
  }
  text.erase (letter);
  while (!text.empty () && std::string (" (.,;:-/").find (text.back ()) != std::string::npos)
    text.pop_back ();
  return true;
}

/* A number without + whose digits begin with the region's own code: as it stands, and with the + that Excel takes away. */
static PhoneFlaw
settle_code (const PhoneNumberUtil &util, const std::string &text, const std::string &region, bool is_national, PhoneNumber *number)
{
  PhoneNumber whole;
  std::string digits, mine, other;

  for (const auto c : text)
    if (g_ascii_isdigit (c))
      digits += c;
  if (digits.rfind (std::to_string (util.GetCountryCodeForRegion (region)), 0) != 0 || util.Parse ("+" + digits, "ZZ", &whole) != PhoneNumberUtil::NO_PARSING_ERROR ||
      !util.IsValidNumber (whole))
    return is_national ? PHONE_FINE : PHONE_BAD;
  util.Format (*number, PhoneNumberUtil::E164, &mine);
  util.Format (whole, PhoneNumberUtil::E164, &other);
  if (is_national && mine != other) {
    const bool is_too_long = std::to_string (number->country_code ()).size () + std::to_string (number->national_number ()).size () >= LONG_DIGITS;

    if (!(is_too_long && util.GetNumberType (whole) == PhoneNumberUtil::MOBILE))
      return PHONE_CODE;
  }
  *number = whole;
  return PHONE_FINE;
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
  if (is_date (text) || is_compact_date (text))
    return PHONE_DATE;
  if (text.size () > 2 && text.compare (text.size () - 2, 2, ".0") == 0 && text.find_first_not_of ("0123456789") == text.size () - 2)
    text.erase (text.size () - 2); /* pandas took it for a number */
  if (!drop_words (text))
    return PHONE_BAD;
  const auto first = text.find_first_of ("0123456789");
  const bool has_plus = text.find ('+') != std::string::npos || text.find ("\xef\xbc\x8b") != std::string::npos; /* full width */
  const auto result = util.Parse (text, region[0] != '\0' ? region : "ZZ", &number);
  if (result == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR && !has_plus && region[0] == '\0')
    return PHONE_AMBIGUOUS;
  bool is_fine = result == PhoneNumberUtil::NO_PARSING_ERROR && is_taken (util, number, has_plus);
  if (!has_plus && region[0] != '\0' && first != std::string::npos && text[first] != '0') {
    const auto flaw = settle_code (util, text, region, is_fine, &number);

    if (flaw != PHONE_FINE)
      return flaw;
    is_fine = true;
    if (std::to_string (number.country_code ()).size () + std::to_string (number.national_number ()).size () >= LONG_DIGITS)
      return PHONE_CODE;
  }
  if (!is_fine)
    return PHONE_BAD;
  util.Format (number, PhoneNumberUtil::E164, &e164);
  if (e164.size () >= PHONE_E164_LEN || e164.size () < 8 || e164[0] != '+')
    return PHONE_BAD;
  std::memcpy (out_e164, e164.c_str (), e164.size () + 1);
  return PHONE_FINE;
}
