# Makes a source file of a page: the folder's one .html file with its .css file and its .js files, in the order of their names, in
# the places of @STYLE@ and @SCRIPT@, and their SHA-256 in base64 in those of @STYLE_HASH@ and @SCRIPT_HASH@.

# The text's SHA-256 in base64, as policies of pages have it.
function(flowrun_sha256_base64 text output)
  set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 hex "${text}")
  set(result "")
  foreach(at RANGE 0 63 6)  # 6 hexadecimal digits are 4 of base64; the last 4 are 3 and a filler
    string(SUBSTRING "${hex}00" ${at} 6 group)
    math(EXPR bits "0x${group}")
    foreach(shift 18 12 6 0)
      math(EXPR digit "(${bits} >> ${shift}) & 63")
      string(SUBSTRING "${digits}" ${digit} 1 letter)
      string(APPEND result "${letter}")
    endforeach()
  endforeach()
  string(SUBSTRING "${result}" 0 43 result)
  set(${output} "${result}=" PARENT_SCOPE)
endfunction()

function(flowrun_embed_page folder function output)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.html ${folder}/*.css ${folder}/*.js)
  set(style "")
  set(script "")
  foreach(file ${files})  # sorted by name
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    if(text MATCHES "[$]<|\\)page\"|</script|</style" AND NOT file MATCHES "html$")
      message(FATAL_ERROR "${file}: '$<', ')page\"', '</script' or '</style' would end what it is embedded in")
    endif()
    if(file MATCHES "html$")
      set(page "${text}")
    elseif(file MATCHES "css$")
      string(APPEND style "${text}")
    else()
      string(APPEND script "${text}")
    endif()
  endforeach()
  flowrun_sha256_base64("${style}" style_hash)
  flowrun_sha256_base64("${script}" script_hash)
  foreach(part style_hash script_hash style script)
    string(TOUPPER ${part} name)
    string(REPLACE "@${name}@" "${${part}}" page "${page}")
  endforeach()
  string(REPLACE "@DATA@\n" ")page\",\n                               R\"page(" page "${page}")
  file(GENERATE OUTPUT ${output} CONTENT "#include \"report/page_assets.h\"

const flowrun::PageAsset& flowrun::${function}() {
  static constexpr PageAsset kPage{R\"page(${page})page\"};
  return kPage;
}
")
endfunction()
