// SPDX-License-Identifier: MIT
#pragma once

// Everything: the core, and sets of photographs, files, pictures, logs, pages, sweeps and networks from papers with the libraries that they stand on
// (zlib, nlohmann-json, protozero, stb).

#include <denim/data.hpp>
#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>
#include <denim/image.hpp>
#include <denim/network/inner_values.hpp>
#include <denim/network/layer_groups.hpp>
#include <denim/network/ensemble.hpp>
#include <denim/network/profile.hpp>
#include <denim/report.hpp>
#include <denim/sweep.hpp>
#include <denim/training/find_rate.hpp>
#include <denim/zoo.hpp>
