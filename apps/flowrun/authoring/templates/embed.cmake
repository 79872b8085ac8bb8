# Makes a source file with the text of every template: <folder>/<file>.in becomes the entry "<folder>/<file>".
function(flowrun_embed_templates output)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/authoring/templates ${CMAKE_CURRENT_SOURCE_DIR}/authoring/templates/*/*.in)
  set(entries "")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/authoring/templates/${file})
    file(READ ${CMAKE_CURRENT_SOURCE_DIR}/authoring/templates/${file} text)
    if(text MATCHES "[$]<")
      message(FATAL_ERROR "templates/${file}: '$<' would be taken for a generator expression")
    endif()
    string(REGEX REPLACE "\\.in$" "" name ${file})
    string(APPEND entries "    {\"${name}\", R\"template(${text})template\"},\n")
  endforeach()
  file(GENERATE OUTPUT ${output} CONTENT "#include \"authoring/plugin_template.h\"

const std::map<std::string, std::string>& flowrun::plugin_templates() {
  static const std::map<std::string, std::string> kTemplates{
${entries}  };
  return kTemplates;
}
")
endfunction()
