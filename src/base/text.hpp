#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sibyl {

/// The bytes of the UTF-8 character that begins at `at`; 0 if none does (or a NUL). Overlong forms,
/// surrogates and code points beyond U+10FFFF are none.
std::size_t character_length(std::string_view text, std::size_t at);
/// Nothing but such characters.
bool is_utf8(std::string_view text);

/// Text that others wrote (a job, a trial, a journal, a name), safe on a terminal and in a log: what would
/// move the cursor, change colours, hide or reorder text, and bytes that are no UTF-8 are shown as \x1b,
/// \u202e, ... Colours are left out. Ends of lines and tabs stay.
std::string printable(std::string_view text);
/// The same for one line or one cell: ends of lines and tabs are shown as \n and \t.
std::string one_line(std::string_view text);

/// Columns that printable text takes on a terminal: two a wide character, none a combining one.
std::size_t columns_of(std::string_view text);
/// At most `columns` of printable text, with … at the end where something is missing.
std::string clip(const std::string& text, std::size_t columns);

/// A word for a shell, in quotes where it needs them.
std::string shell_word(const std::string& text);

}  // namespace sibyl
