// SPDX-License-Identifier: MIT
#pragma once

// Folders of photographs to sets of data, their splits and their files: needs what denim/image.hpp and denim/format.hpp need.

#include <denim/data/data_set.hpp>
#include <denim/data/data_set_file.hpp>
#include <denim/data/duplicates.hpp>
#include <denim/data/folds.hpp>
#include <denim/data/photographs.hpp>
#include <denim/data/picture_cache.hpp>
#include <denim/data/picture_store.hpp>
#include <denim/data/read_folder.hpp>
#include <denim/data/scan_folder.hpp>
#include <denim/data/split.hpp>
#include <denim/data/split_by_name.hpp>
