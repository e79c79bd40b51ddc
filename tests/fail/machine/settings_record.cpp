// SPDX-License-Identifier: MIT
// expect: denim: SettingsRecord: a number, a truth value, an enumerator, a text, a range of these or a type with a member each_setting or describe was expected.
#include <denim/machine/settings_record.hpp>

struct Silent {
    float number = 1;
#ifndef WRONG
    void describe(denim::SettingsRecord& to) const { to("number", number); }
#endif
};

void name(denim::SettingsRecord& to) { to("silent", Silent{}); }
