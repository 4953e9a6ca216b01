"""Statements of banks in all their formats."""

import pytest

from cozy.rooms.imports.formats.banks.model import amount, mark_in
from tests.imports.silos import bodies, items, unread

OFX = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n"
    "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260131<LANGUAGE>FRA<FI><ORG>Banque du Coin"
    "<FID>1</FI></SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>0<STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>30002"
    "<BRANCHID>00550<ACCTID>0000157841Z<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>20260131"
    "<STMTTRN><TRNTYPE>POS<DTPOSTED>20260105120000[+1:CET]<TRNAMT>-12,50<FITID>A1<NAME>CAFÉ &amp; CIE<MEMO>CB 04/01</STMTTRN>"
    "<STMTTRN><TRNTYPE>DEP<DTPOSTED>20269999<TRNAMT>5.00<FITID>A2<NAME>X</STMTTRN>"
    "<STMTTRN><TRNTYPE>DIRECTDEP<DTPOSTED>20260131<TRNAMT>+2000.00<FITID>A3<NAME>SALAIRE</STMTTRN>"
    "</BANKTRANLIST><LEDGERBAL><BALAMT>1987.50<DTASOF>20260131</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
).encode("cp1252")

QFX = (
    '<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?><OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS>'
    "<CURDEF>USD</CURDEF><CCACCTFROM><ACCTID>4111</ACCTID></CCACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT</TRNTYPE>"
    "<DTPOSTED>20260105</DTPOSTED><TRNAMT>-3.00</TRNAMT><FITID>B1</FITID><NAME>Shop</NAME></STMTTRN></BANKTRANLIST></CCSTMTRS>"
    "</CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>"
)

QIF = (
    "!Account\nNCompte joint\nTBank\n^\n!Type:Bank\nD13/01/26\nT-1,234.50\nPÉpicerie\nLCourses\n^\nD14/01/26\nT10.00\nN1234\nPLoyer\n^\n"
    "Dun jour\nT1\nPrien\n^\n"
).encode("cp1252")

CAMT = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
    "<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id><Ccy>EUR</Ccy><Svcr><FinInstnId><BICFI>AGRIFRPP</BICFI></FinInstnId></Svcr></Acct>"
    '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal>'
    '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">29</Amt><CdtDbtInd>DBIT</CdtDbtInd><Dt><Dt>2026-01-31</Dt></Dt></Bal>'
    '<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-03</Dt></BookgDt>'
    "<ValDt><Dt>2026-01-04</Dt></ValDt><AcctSvcrRef>R1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd>"
    '</Fmly></Domn></BkTxCd><NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">10</Amt></TxAmt></AmtDtls><RltdPties><Cdtr><Pty><Nm>Ana</Nm></Pty>'
    '</Cdtr></RltdPties><RmtInf><Ustrd>loyer</Ustrd></RmtInf></TxDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">20</Amt></TxAmt></AmtDtls></TxDtls>'
    "</NtryDtls></Ntry><Ntry><Amt>abc</Amt></Ntry><Ntry><Amt>7</Amt><Sts>PDNG</Sts><BookgDt><Dt>2026-01-31</Dt></BookgDt></Ntry>"
    "</Stmt></BkToCstmrStmt></Document>"
)

MT940 = (
    "{1:F01X}{2:O940}{4:\r\n:20:STARTUMS\r\n:25:10020030/1234567EUR\r\n:28C:00001/001\r\n:60F:C260101EUR1000,00\r\n"
    ":61:2601050105DR12,50NDDTNONREF//BANK1\r\n:86:105?00SEPA-LASTSCHRIFT?20EREF+1?21SVWZ+Strom Jan?22uar?32STADTWERKE?33 AG\r\n"
    ":61:2512310102C2000,NTRFREF9\r\n:86:/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/NAME/Jan/REMI/Loon januari/EREF/NOTPROVIDED\r\n"
    ":61:broken\r\n:62F:C260131EUR2987,50\r\n-}\r\n"
)

CSV = (
    "Compte courant;30002\r\n\r\nDate opération;Date de valeur;Libellé;Débit;Crédit;Devise\r\n13/01/2026;14/01/2026;CARTE CAFÉ;-1 234,50;;EUR\r\n"
    "01/02/2026;;VIREMENT;;20,00;EUR\r\n01/02/2026;;VIREMENT;;20,00;EUR\r\nTotal;;;;\r\n"
).encode("cp1252")


def operations(found):
    return [one for one in bodies(found) if "amount" in one]


def test_ofx_of_both_generations_is_read_whatever_it_is_called_and_a_broken_line_is_said(tmp_path):
    found = items(tmp_path, {"called.qif": OFX, "card.qfx": QFX})["bank"]
    accounts = [item for item in found if getattr(item, "doctype", "") == "io.cozy.bank.accounts"]
    assert [(one.body["number"], one.body["type"], one.body.get("balance")) for one in accounts] == [
        ("30002 00550 0000157841Z", "bank", 1987.5), ("4111", "credit card", None),
    ]  # fmt: skip
    assert [(one["date"], one["amount"], one["label"], one["currency"], one["type"]) for one in operations(found)] == [
        ("2026-01-05", -12.5, "CAFÉ & CIE", "EUR", "debit card"), ("2026-01-31", 2000, "SALAIRE", "EUR", "transfer"),
        ("2026-01-05", -3, "Shop", "USD", "none"),
    ]  # fmt: skip
    assert operations(found)[0]["account"] == accounts[0].id
    assert list(unread(found)) == ["called.qif (lines).txt"]


def test_qif_tells_which_way_its_dates_go_by_one_that_no_other_way_can_be_read(tmp_path):
    found = items(tmp_path, {"compte.qif": QIF})["bank"]
    assert [(one["date"], one["amount"], one["label"]) for one in operations(found)] == [
        ("2026-01-13", -1234.5, "Épicerie"), ("2026-01-14", 10, "Loyer"),
    ]  # fmt: skip
    assert b"rien" in next(item.content for item in found if item.name == "compte.qif (lines).txt")


def test_camt_splits_what_was_booked_together_and_waits_for_what_is_not_booked_yet(tmp_path):
    found = items(tmp_path, {"camt.xml": CAMT})["bank"]
    account = bodies(found)[0]
    assert (account["iban"], account["balance"], account["balanceDate"]) == (
        "FR7630006000011234567890189",
        -29,
        "2026-01-31",
    )
    assert [(one["amount"], one["label"], one["valueDate"], one["vendorId"]) for one in operations(found)][
        :1
    ] == [(-10, "Ana loyer", "2026-01-04", "R1/1")]
    assert [one["amount"] for one in operations(found)] == [-10, -20]
    left = next(item.content for item in found if item.name == "camt.xml (lines).txt")
    assert left == b"abc\n7 PDNG 2026-01-31\n"


def test_mt940_is_read_as_german_and_dutch_banks_fill_it(tmp_path):
    found = items(tmp_path, {"konto.sta": MT940})["bank"]
    assert [(one["date"], one["valueDate"], one["amount"], one["label"]) for one in operations(found)] == [
        ("2026-01-05", "2026-01-05", -12.5, "STADTWERKE AG Strom Januar"), ("2026-01-02", "2025-12-31", 2000, "Jan Loon januari"),
    ]  # fmt: skip
    assert list(unread(found)) == ["konto.sta (lines).txt"]


def test_a_table_is_understood_by_its_head_and_two_equal_lines_are_two_operations(tmp_path):
    found = items(tmp_path, {"export.csv": CSV})["bank"]
    assert [(one["date"], one["amount"], one["label"]) for one in operations(found)] == [
        ("2026-01-13", -1234.5, "CARTE CAFÉ"), ("2026-02-01", 20, "VIREMENT"), ("2026-02-01", 20, "VIREMENT"),
    ]  # fmt: skip
    assert len({item.source for item in found}) == len(found)


def test_an_operation_has_the_same_source_in_a_longer_statement(tmp_path):
    short = items(tmp_path, {"a.qif": b"!Type:Bank\nD13/01/26\nT-1.50\nPX\n^\n"}, title="one")["bank"]
    long = items(
        tmp_path, {"a.qif": b"!Type:Bank\nD12/01/26\nT-9\nPY\n^\nD13/01/26\nT-1.50\nPX\n^\n"}, title="two"
    )["bank"]
    assert {item.source for item in short} < {item.source for item in long}


def test_an_xml_bomb_is_refused_and_said(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>' + CAMT.partition("?>")[
        2
    ].replace("Ana", "&d;")
    found = items(tmp_path, {"camt.xml": bomb})["bank"]
    assert unread(found) == {"camt.xml": "This file breaks off, or is not what its name says."}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 234,56", "1234.56"), ("1.234,56", "1234.56"), ("-1,234.56", "-1234.56"), ("(12.00)", "-12.00"), ("12.00-", "-12.00"),
        ("1'234.50", "1234.50"), ("12,5 €", "12.5"), ("−3,20", "-3.20"), ("1.234.567", "1234567"), ("", "None"), ("abc", "None"),
    ],
)  # fmt: skip
def test_a_sum_is_read_as_banks_of_many_countries_write_it(text, found):
    assert str(amount(text)) == found


@pytest.mark.parametrize(
    ("around", "text", "found"),
    [
        (["-12.50"], "1,234", "1234"), (["-12,50"], "1.234", "1234"), (["1,234.00"], "-5,000", "-5000"), (["1.234.567"], "1.500", "1500"),
        (["1,234"], "1,234", "1.234"), (["12,5", "12.5"], "1,234", "1.234"), (["7"], "0.125", "0.125"),
        (["-12"], "1.000", "1000"), (["2.500"], "1.000", "1.000"),
    ],
)  # fmt: skip
def test_thousands_are_told_from_decimals_by_the_sums_around(around, text, found):
    assert str(amount(text, mark_in([*around, text]))) == found


# How banks head their tables: what stands before, the head, and a row of a coffee on 16 November 2026, 12.50 in euros.
HEADS = {
    "Société Générale": '="0201";17/05/2026;16/11/2026;\ndate_comptabilisation;libellé_complet_operation;montant_operation;devise;\n'
                        "16/11/2026;CAFE;-12,50;EUR;\n",
    "BoursoBank": "dateOp;dateVal;label;category;categoryParent;supplierFound;amount;comment;accountNum;accountLabel;accountbalance\n"
                  '2026-11-16;2026-11-16;"CAFE";"A";"B";"c";-12,50;;01;"B";1.10\n',
    "CIC": "Date d'opération,Date de valeur,Montant,Libellé,Solde\n16/11/2026,17/11/2026,-12.50,CAFE,9.85\n",
    "Crédit Agricole": 'Téléchargement du 17/11/2026;\n\nListe des opérations;\nDate;Libellé;Débit euros;Crédit euros;\n16/11/2026;"CAFE";12,50;;\n',
    "BNP Paribas": "Compte;****12;;;1 234,00\nDate operation;Libelle court;Type operation;Libelle operation;Montant operation\n"
                   "16/11/2026;CB;CARTE;CAFE;-12,50\n",
    "Caisse d'Épargne": "Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;Type operation;Debit;Credit;Date operation\n"
                        "16/11/2026;METRO;CAFE;X1;Carte;-12,50;;15/11/2026\n",
    "La Banque Postale": 'Numéro Compte;1234567A020\nSolde (EUROS);100,00\n\nDate;Libellé;Montant(EUROS)\n16/11/2026;"CAFE";-12,50\n',
    "N26": '"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference","Account Name","Amount (EUR)"\n'
           '2026-11-16,2026-11-16,"CAFE","",Presentment,"","Main",-12.50\n',
    "Revolut": "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
               "CARD_PAYMENT,Current,2026-11-16 10:00:00,2026-11-17 11:00:00,CAFE,-12.50,0.00,EUR,COMPLETED,88.00\n",
    "DKB": '"Girokonto";"DE1"\n""\n"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";'
           '"Umsatztyp";"IBAN";"Betrag (€)"\n"16.11.26";"16.11.26";"Gebucht";"Ana";"Metro";"CAFE";"Ausgang";"DE1";"-12,50"\n',
    "PayPal": '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","Transaction ID"\n'
              '"16/11/2026","10:00:00","CET","CAFE","Express","Completed","EUR","-12,00","-0,50","-12,50","X1"\n',
    "Chase": "Transaction Date,Post Date,Description,Category,Type,Amount,Memo\n11/16/2026,11/17/2026,CAFE,Food,Sale,-12.50,\n",
}  # fmt: skip


@pytest.mark.parametrize("bank", HEADS)
def test_a_table_is_read_as_this_bank_hands_it_out(tmp_path, bank):
    (found,) = items(tmp_path, {"export.csv": HEADS[bank]}).values()
    assert [(each["date"], each["amount"], each["label"]) for each in operations(found)] == [
        ("2026-11-16", -12.5, "CAFE")
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Date;Libellé;Montant\n01/11/2026;Loyer;-1.050\n02/11/2026;Pain;-1,5\n"),
        ("a.qif", "!Type:Bank\nD13/11/2026\nT-1,5\nPPain\n^\nD14/11/2026\nT-1.050\nPLoyer\n^\n"),
    ],
)
def test_sums_of_a_file_are_read_alike(tmp_path, name, text):
    (found,) = items(tmp_path, {name: text}).values()
    assert sorted(each["amount"] for each in bodies(found) if "amount" in each) == [-1050, -1.5]
