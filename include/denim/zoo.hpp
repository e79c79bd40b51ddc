// SPDX-License-Identifier: MIT
#pragma once

// Networks from papers, as aliases: Network<Image<224, 224, 3>, zoo::ResNet18<10>>.

#include <denim/zoo/convnext.hpp>
#include <denim/zoo/densenet.hpp>
#include <denim/zoo/efficientnet.hpp>
#include <denim/zoo/googlenet.hpp>
#include <denim/zoo/mlperf_tiny.hpp>
#include <denim/zoo/mnasnet.hpp>
#include <denim/zoo/mobilenet_v1.hpp>
#include <denim/zoo/mobilenet_v2.hpp>
#include <denim/zoo/mobilenet_v3.hpp>
#include <denim/zoo/regnet.hpp>
#include <denim/zoo/resnet.hpp>
#include <denim/zoo/resnet_names.hpp>
#include <denim/zoo/shufflenet_v2.hpp>
#include <denim/zoo/squeezenet.hpp>
