// SPDX-License-Identifier: MIT
#pragma once

// Many processes, on one machine or many, that train one network together: needs what denim/denim.hpp needs, and MPI.

#include <denim/ranks/evaluate.hpp>
#include <denim/ranks/fit.hpp>
#include <denim/ranks/rank_hands.hpp>
#include <denim/ranks/ranks.hpp>
#include <denim/ranks/run_on_ranks.hpp>
