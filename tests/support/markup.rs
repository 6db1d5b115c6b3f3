//! Five hundred texts that would run if a page took them for markup (INP-04): ways out of the place where a text may stand,
//! each with every way to run something. All of them set `window.ran`.

/// Out of a text, an attribute, a comment, a script, a style, a field.
const OUT: [&str; 20] = [
    "",
    "\">",
    "'>",
    "\" ",
    "' ",
    "`>",
    "</textarea>",
    "</title>",
    "</script>",
    "</style>",
    "</noscript>",
    "</select>",
    "</template>",
    "</svg>",
    "-->",
    "]]>",
    "\\\">",
    "&quot;&gt;",
    "%22%3E",
    "\u{feff}</p>",
];

/// What would run.
const RUN: [&str; 25] = [
    "<script>window.ran=1</script>",
    "<ScRiPt>window.ran=1</sCrIpT>",
    "<script\n>window.ran=1</script\t>",
    "<scr<script>ipt>window.ran=1</script>",
    "<svg><script>window.ran=1</script></svg>",
    "<svg/onload=window.ran=1>",
    "<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>",
    "<img src=x onerror=window.ran=1>",
    "<IMG SRC=x OnErRoR=window.ran=1>",
    "<img/src='x'/onerror='window.ran=1'>",
    "onfocus=window.ran=1 autofocus x=",
    "<body onload=window.ran=1>",
    "<details open ontoggle=window.ran=1>",
    "<input autofocus onfocus=window.ran=1>",
    "<select autofocus onfocus=window.ran=1>",
    "<video><source onerror=window.ran=1></video>",
    "<audio src=x onerror=window.ran=1>",
    "<iframe srcdoc='<script>parent.ran=1;window.ran=1</script>'></iframe>",
    "<iframe src=javascript:window.ran=1></iframe>",
    "<a href=javascript:window.ran=1>go</a>",
    "<object data='javascript:window.ran=1'></object>",
    "<math><mtext><img src=x onerror=window.ran=1></mtext></math>",
    "<template shadowrootmode=open><img src=x onerror=window.ran=1></template>",
    "<meta http-equiv=refresh content='0;url=javascript:window.ran=1'>",
    "{{constructor.constructor('window.ran=1')()}}${window.ran=1}",
];

/// All of them.
pub fn texts() -> Vec<String> {
    OUT.iter().flat_map(|out| RUN.iter().map(move |run| format!("{out}{run}"))).collect()
}

/// The same in texts of so many bytes at the most, each holding as many as fit.
pub fn together(most: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in texts() {
        match all.last_mut() {
            Some(last) if last.len() + 1 + text.len() <= most => {
                last.push(' ');
                last.push_str(&text);
            }
            _ => all.push(text),
        }
    }
    all
}

/// Elements and attributes that only such a text brings into a page.
pub const FOREIGN: &str = "[onload], [onerror], [onbegin], [ontoggle], [onfocus], script:not([nonce]), iframe, object, \
     math, animate, template[shadowrootmode], [href^='javascript:'], [http-equiv=refresh]";
