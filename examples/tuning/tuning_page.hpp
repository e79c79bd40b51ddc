// SPDX-License-Identifier: MIT
#pragma once

// The sections of fine_tune's page.

#include <denim/report.hpp>

#include "tuning/choose.hpp"
#include "tuning/estimate.hpp"
#include "tuning/photo_folder.hpp"

namespace tuning {

/// Photographs that were kept back: how many are right, confusion, calibration, mistakes.
void add_estimate(denim::Page& page, const PhotoFolder& folder, const Estimate& of);

/// The losses by which a setting was chosen, epoch by epoch.
void add_curves(denim::Page& page, const Chosen& chosen);

/// Where the network looks, by a step back (Grad-CAM) and by many steps forward (occlusion).
void add_looks(denim::Page& page, const PhotoFolder& folder, const Model& model);

}  // namespace tuning
