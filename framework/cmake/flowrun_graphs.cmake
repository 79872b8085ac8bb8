# What of graphs/ is installed: the files that are in the repository, by name. What people make there (graphs/models/msseg2016 by import_weights, whose
# licence forbids passing it on) stays with them. The test installed_graphs compares this list with git's.
set(flowrun_graph_files
  brain.json
  clinical/preprocess.json
  demo.json
  flair_t1/crossval.plan.json
  flair_t1/ensemble.json
  flair_t1/flips.json
  flair_t1/segment.json
  flair_t1/stages/cascade.json
  flair_t1/train_final.json
  flair_t1/train_initial.json
  graph.schema.json
  models/networks/msseg2016_average.json
  models/networks/msseg2016_max.json
  models/networks/nicmslesions.json
  models/networks/small.json
  models/open_ms/README.md
  models/open_ms/final.pt
  models/open_ms/final_curve.csv
  models/open_ms/final_curve.png
  models/open_ms/initial.pt
  models/open_ms/initial_curve.csv
  models/open_ms/initial_curve.png
  models/phantom/README.md
  models/phantom/final.pt
  models/phantom/final_curve.csv
  models/phantom/final_curve.png
  models/phantom/initial.pt
  models/phantom/initial_curve.csv
  models/phantom/initial_curve.png
  models/phantom/make_cases.sh
  msseg2016/crossval.plan.json
  msseg2016/evaluate.json
  msseg2016/import_weights.json
  msseg2016/maps.json
  msseg2016/reference.json
  msseg2016/segment.json
  msseg2016/stages/candidates.json
  msseg2016/stages/dense_networks.json
  msseg2016/stages/device_networks.json
  msseg2016/stages/fuse.json
  msseg2016/stages/narrowed_patch_networks.json
  msseg2016/stages/one_network.json
  msseg2016/stages/patch_networks.json
  msseg2016/stages/preprocess.json
  msseg2016/train_final.json
  msseg2016/train_initial.json
  nicmslesions/adapt.json
  nicmslesions/crossval.plan.json
  nicmslesions/import_weights.json
  nicmslesions/maps.json
  nicmslesions/segment.json
  nicmslesions/stages/fuse.json
  nicmslesions/stages/networks.json
  nicmslesions/stages/preprocess.json
  open_ms/crossval.plan.json
  open_ms/segment.json
  open_ms/train_final.json
  open_ms/train_initial.json
  phantom_cases.json
  plan.schema.json
  stages/brain.json)
foreach(file ${flowrun_graph_files})
  get_filename_component(folder graphs/${file} DIRECTORY)
  set(kind FILES)
  if(file MATCHES "\\.sh$")
    set(kind PROGRAMS)
  endif()
  install(${kind} ${PROJECT_SOURCE_DIR}/graphs/${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/flowrun/${folder})
endforeach()
