//! What a browser sends, taken apart: fields of forms and addresses, and cookies. Pure, and fuzzed (`server/fuzz`).

/// `application/x-www-form-urlencoded` as pairs; `None` when an escape is broken or the text is no UTF-8.
pub fn form(body: &str) -> Option<Vec<(String, String)>> {
    body.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((unescape(key)?, unescape(value)?))
        })
        .collect()
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The values of every cookie of a name in one `cookie` header.
pub fn cookies<'a>(line: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    line.split(';').filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Whether a cookie's value can be a secret of ours at all: letters and digits, sixteen to 128 of them.
pub fn is_secret(value: &str) -> bool {
    (16..=128).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::{cookies, form, is_secret};

    #[test]
    fn a_form_reads_as_it_was_typed_and_a_broken_one_is_refused() {
        let read = form("a=1&b=two+words&c=%E5%A5%BD%26&d=&e").unwrap();
        let texts: Vec<_> = read.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(texts, [("a", "1"), ("b", "two words"), ("c", "好&"), ("d", ""), ("e", "")]);
        for broken in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%+1", "%-1=a"] {
            assert_eq!(form(broken), None, "{broken}");
        }
    }

    #[test]
    fn only_the_cookie_of_that_very_name_is_read() {
        let line = "session=a; other=b;session=c ; sessions=d; xsession=e; session";
        assert_eq!(cookies(line, "session").collect::<Vec<_>>(), ["a", "c"]);
        assert!(is_secret(&"a1".repeat(8)) && !is_secret("short") && !is_secret(&"é".repeat(16)));
    }
}
