// SPDX-License-Identifier: MIT
#pragma once

// Many networks and settings, repeated, logged and compared: needs what denim/report.hpp needs.

#include <denim/sweep/cross_validate.hpp>
#include <denim/sweep/sweep.hpp>
#include <denim/sweep/sweep_report.hpp>
