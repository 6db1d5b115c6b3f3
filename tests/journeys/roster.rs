//! An administrator sends the school's roster through the page: looks, mends, takes over, or throws it away.

use tests::{Kind, Page, Server, Visitor, on_both_databases};

const HEADER: &str = "number,given name,family name,birth date,sex,school,grade,class\n";

async fn send(administrator: &mut Visitor, name: &str, bytes: &[u8]) -> Page {
    let page = administrator.get("/setup/roster").await.ok();
    administrator.submit_file(page.form("form[enctype]"), "file", name, bytes).await
}

on_both_databases! {
    /// what is sent is looked at first, and only the button writes.
    async fn a_roster_is_sent_looked_at_mended_and_taken_over_a_02(kind: Kind) {
        let server = Server::demo(kind).await;
        let (mut ada, _) = server.sign_in(server.people().staff("administrator")).await;
        let rows: String = (0..30).map(|n| format!("R{n},Mei,Lin,2014-03-05,f,New School,6,6A\n")).collect();
        let faulty = format!("{HEADER}{rows}R30,Ana,Ng,31/02/2015,f,New School,6,6A\nR31,Bo,Ng,2014-03-05,f,New School,,6\n");

        let look = send(&mut ada, "autumn.csv", faulty.as_bytes()).await.ok();
        assert!(look.says("read as CSV, UTF-8, separated by commas") && look.says("Nothing is written yet."));
        assert!(look.says("31 New") && look.says("1 Rejected rows"), "{}", look.readable());
        assert!(look.says("Row 32: found “31/02/2015”") && look.says("Needed: a date that exists, YYYY-MM-DD."));
        assert!(look.says("New School"), "a school that would be made is named");
        let csv = ada.get(&format!("{}/rejected.csv", look.path())).await.ok();
        assert!(csv.body().contains("31/02/2015") && csv.header("content-disposition").is_some());

        let refused = ada.submit(look.form("form[action$='/take-over']")).await.is(409);
        assert!(refused.says("One row is rejected"), "{}", refused.readable());
        let page = ada.get("/setup/roster").await.ok();
        assert!(page.says("autumn.csv") && page.says("Nothing of it is taken over yet."));
        let gone = ada.submit(look.form("form[action$='/discard']")).await.ok();
        assert!(gone.says("The file is thrown away."));
        ada.get(look.path()).await.is(404);

        let mended = faulty.replace("31/02/2015", "2015-02-28");
        let look = send(&mut ada, "autumn.csv", mended.as_bytes()).await.ok();
        let take = look.form("form[action$='/take-over']");
        let done = ada.submit(take.clone()).await.ok();
        assert!(done.says("The roster is taken over."), "{}", done.readable());
        ada.submit(take).await.is(404);
        let again = send(&mut ada, "autumn.csv", mended.as_bytes()).await.ok();
        assert!(again.says("0 New") && again.says("32 Unchanged"), "{}", again.readable());
    }

    /// the mapping is a guess; where it is none, or wrong, a person says what each column is.
    async fn a_column_that_nobody_can_guess_is_named_by_a_person_a_02(kind: Kind) {
        let server = Server::demo(kind).await;
        let (mut ada, _) = server.sign_in(server.people().staff("administrator")).await;
        let file = "number,given name,family name,Geburtstag,sex,school,grade,class,bus\n\
                    R1,Mei,Lin,2014-03-05,f,New School,6,6A,12\n";
        let ask = send(&mut ada, "odd.csv", file.as_bytes()).await.ok();
        assert!(ask.says("There is no column for: birth date"), "{}", ask.readable());
        let fields = ask.attributes("form[action$='/columns'] option[selected]", "value");
        assert_eq!(fields, ["number", "given_name", "family_name", "sex", "school", "grade", "class"]);

        let token = ask.attributes("input[name='token']", "value")[0].clone();
        let say = |birth: &'static str, bus: &'static str| {
            let columns = ["number", "given_name", "family_name", birth, "sex", "school", "grade", "class", bus];
            let mut fields = vec![("token".to_owned(), token.clone())];
            fields.extend(columns.map(|field| ("column".to_owned(), field.to_owned())));
            fields
        };
        let columns = ask.attributes("form[action$='/columns']", "action")[0].clone();
        for (birth, bus, words) in [
            ("birth_date", "class", "Two columns are said to be the class"),
            ("", "", "There is no column for: birth date"),
            ("birth_date", "", "1 New"),
        ] {
            let fields = say(birth, bus);
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let page = ada.post(&columns, &fields).await.ok();
            assert!(page.says(words), "{words}: {}", page.readable());
        }
        let look = ada.get(columns.trim_end_matches("/columns")).await.ok();
        assert!(look.says("Geburtstag"));
        assert!(ada.submit(look.form("form[action$='/take-over']")).await.ok().says("The roster is taken over."));
    }
}

/// A-03, INP-06: whatever is sent is answered with a sentence and changes nothing.
#[tokio::test]
async fn what_is_no_roster_is_refused_in_words_and_nothing_is_kept_inp_06() {
    let server = Server::demo(Kind::Sqlite).await;
    let (mut ada, _) = server.sign_in(server.people().staff("administrator")).await;
    let large = vec![b'a'; (10 << 20) + 1];
    let much_larger = vec![b'a'; 30 << 20];
    let bad: [(&str, &[u8], u16); 6] = [
        ("empty.csv", b"", 422),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\0", 422),
        ("old.xls", b"\xD0\xCF\x11\xE0 and more", 422),
        ("cut.zip", b"PK\x03\x04 and no more", 422),
        ("large.csv", &large, 422),
        ("larger.csv", &much_larger, 413),
    ];
    for (name, bytes, status) in bad {
        let page = send(&mut ada, name, bytes).await.is(status);
        assert!(!page.says("A file waits for you"), "{name}");
    }
    let page = ada.get("/setup/roster").await.ok();
    let forged = page.form("form[enctype]").tamper("token", "none");
    let good = format!("{HEADER}1,Mei,Lin,2014-03-05,f,New School,6,6A\n");
    ada.submit_file(forged, "file", "good.csv", good.as_bytes()).await.is(403);
    assert!(!ada.get("/setup/roster").await.ok().says("A file waits for you"));
    let broken = Some(("multipart/form-data; boundary=x", b"--x\r\nno header".to_vec()));
    assert_eq!(ada.request("POST", "/setup/roster", broken).await.status, 403);
}
