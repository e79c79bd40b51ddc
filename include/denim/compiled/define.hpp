// SPDX-License-Identifier: MIT
// In a source of denim::compiled, between the headers of other components and those that it defines.
#undef DENIM_BODIES
#undef DENIM_TEMPLATE
#define DENIM_BODIES 1
#define DENIM_TEMPLATE(...) template __VA_ARGS__
