// SPDX-License-Identifier: MIT
#pragma once

// Pictures, logs and pages of what a network does: needs what denim/image.hpp and denim/format.hpp need.

#include <denim/report/comparison_report.hpp>
#include <denim/report/confusion_picture.hpp>
#include <denim/report/dot_chart.hpp>
#include <denim/report/filter_picture.hpp>
#include <denim/report/grad_cam.hpp>
#include <denim/report/occlusion.hpp>
#include <denim/report/photograph_sheet.hpp>
#include <denim/report/rate_chart.hpp>
#include <denim/report/report.hpp>
#include <denim/report/run_report.hpp>
#include <denim/report/tensor_board.hpp>
