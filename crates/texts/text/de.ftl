# What people read, in German: "Sie", the words of German Windows (Kennwort, Benutzername), short sentences.

## Before the password is proven. One text for wrong name, wrong password, unknown, disabled and locked.

sign-in-failed = Mit diesem Benutzernamen und Kennwort klappt die Anmeldung nicht. Prüfen Sie beides, auch Feststelltaste und Tastatursprache; wenn alles stimmt, fragen Sie den { -help-desk }.
name-unusable = So kann kein Konto heißen. Schreiben Sie den Namen als Benutzer, DOMÄNE\Benutzer oder Benutzer@Domäne.
field-empty = Ein Feld ist noch leer. Füllen Sie es aus, dann geht es weiter.
input-too-long = Das ist länger, als in das Feld passt. Geben Sie es noch einmal ein, ohne etwas davor oder danach.

## The Windows password

password-expired = Ihr Kennwort stimmt, muss aber geändert werden. Geben Sie in beide Felder ein neues ein.
passwords-differ = Die beiden neuen Kennwörter sind verschieden. Geben Sie in beide Felder dasselbe ein.
password-not-taken = Windows hat das neue Kennwort nicht angenommen. Vielleicht ist es zu kurz, wurde schon benutzt oder zu früh geändert; wählen Sie ein anderes.
password-unproven = Windows kann Ihr Kennwort von hier aus nicht prüfen, daher lässt sich hier kein Token einrichten. Nutzen Sie die Self-Service-Seite oder eine Einladung vom { -help-desk }.

## The code

code-asked = Geben Sie das Einmalkennwort ein, das Ihr Token jetzt anzeigt.
code-wrong = Dieser Code passt nicht. Geben Sie den ein, den Ihr Token jetzt anzeigt; { $left ->
        [one] Sie haben noch einen Versuch.
       *[other] Sie haben noch { $left } Versuche.
    }
    .plain = Dieser Code passt nicht. Geben Sie den ein, den Ihr Token jetzt anzeigt.
code-used = Dieser Code wurde schon benutzt. Warten Sie auf den nächsten.
code-malformed = Ein Code hat 6 bis 8 Ziffern. Geben Sie den ein, den Ihr Token jetzt anzeigt.
locked = Mehrere Codes haben nicht gepasst, deshalb pausiert Ihre Anmeldung an diesem PC bis { $until } Uhr. Versuchen Sie es dann wieder, oder fragen Sie den { -help-desk } nach einem anderen Weg.
    .plain = Mehrere Codes haben nicht gepasst, deshalb pausiert Ihre Anmeldung an diesem PC eine Weile. Versuchen Sie es später wieder, oder fragen Sie den { -help-desk } nach einem anderen Weg.
locked-everywhere = Von mehreren PCs kamen Codes, die nicht passten, deshalb pausiert Ihre Anmeldung bis { $until } Uhr. Versuchen Sie es dann wieder; waren Sie das nicht, sagen Sie es dem { -help-desk }.
    .plain = Von mehreren PCs kamen Codes, die nicht passten, deshalb pausiert Ihre Anmeldung eine Weile. Versuchen Sie es später wieder; waren Sie das nicht, sagen Sie es dem { -help-desk }.
person-disabled = Ihre Anmeldung wurde abgeschaltet. Bitten Sie den { -help-desk }, sie wieder einzuschalten.
token-disabled = Ihr Token wurde abgeschaltet. Fragen Sie den { -help-desk }, wie Sie jetzt hineinkommen, und nach einem neuen Token.

## Token auto-registration

enroll-start = Ab jetzt melden Sie sich auch mit einem Einmalkennwort an. Wählen Sie „{ command-show-qr }“, scannen Sie den Code mit der App ({ $app_url }), und geben Sie dann das Einmalkennwort ein.
    .plain = Ab jetzt melden Sie sich auch mit einem Einmalkennwort an. Wählen Sie „{ command-show-qr }“, scannen Sie den Code mit einer Authenticator-App, und geben Sie dann das Einmalkennwort ein.
enroll-resumed = Dieser QR-Code wurde zuerst um { $shown } Uhr angezeigt. Wenn Sie das waren, geben Sie einfach das Einmalkennwort ein; wenn nicht, wählen Sie „{ command-start-over }“.
    .plain = Dieser QR-Code wurde schon einmal angezeigt. Wenn Sie das waren, geben Sie einfach das Einmalkennwort ein; wenn nicht, wählen Sie „{ command-start-over }“.
enroll-expired = Dieser QR-Code ist abgelaufen. Löschen Sie in Ihrer App den Eintrag dazu, und wählen Sie „{ command-start-over }“ für einen neuen.
enrolled-elsewhere = Ihr Token wurde an { $machine } um { $at } Uhr eingerichtet. Geben Sie dessen Code ein; wenn Sie das nicht waren, sagen Sie es gleich dem { -help-desk }.
    .plain = Ihr Token wurde inzwischen an einem anderen PC eingerichtet. Geben Sie dessen Code ein; wenn Sie das nicht waren, sagen Sie es gleich dem { -help-desk }.
enroll-code-wrong = Dieser Code passt nicht. Prüfen Sie, ob die Uhr Ihres Telefons stimmt, und geben Sie den jetzigen Code ein; { $left ->
        [one] Sie haben noch einen Versuch.
       *[other] Sie haben noch { $left } Versuche.
    }
    .plain = Dieser Code passt nicht. Prüfen Sie, ob die Uhr Ihres Telefons stimmt, und geben Sie den jetzigen Code ein.
enrollment-code-needed = Um Ihr Token einzurichten, brauchen Sie einen Einrichtungscode. Fragen Sie den { -help-desk } danach, und geben Sie ihn ein.
enrollment-code-wrong = Dieser Einrichtungscode passt nicht; vielleicht ist er schon benutzt oder abgelaufen. Prüfen Sie ihn, oder fragen Sie den { -help-desk } nach einem neuen.
approval-needed = Ihr erstes Token muss noch freigegeben werden. Sagen Sie dem { -help-desk }, dass Sie warten, und melden Sie sich dann noch einmal an.
approval-denied = Ihr erstes Token wurde für diesen PC nicht freigegeben. Fragen Sie den { -help-desk }, wie es weitergeht.
enrollment-off = Auf diesem Bildschirm können Sie kein Token einrichten. Bitten Sie den { -help-desk }, mit Ihnen eines einzurichten.
enrollment-over = Die Zeit, in der Sie selbst ein Token einrichten konnten, ist vorbei. Lassen Sie sich vom { -help-desk } einladen.
enrollment-limit = An diesem PC können sich heute keine weiteren Personen einrichten. Versuchen Sie es morgen oder an einem anderen PC, oder fragen Sie den { -help-desk }.

## The parts of Countersign and Windows

working = Einen Moment. Sie können jederzeit abbrechen.
starting = Countersign startet noch. In wenigen Sekunden können Sie sich anmelden.
unreachable = Der Server ist nicht erreichbar. Prüfen Sie die Netzwerkverbindung, und versuchen Sie es noch einmal, oder fragen Sie den { -help-desk } nach einem anderen Weg.
clock-off = Die Uhren dieses PCs und des Servers gehen zu weit auseinander, um einen Code zu prüfen. Bitten Sie den { -help-desk }, sie zu stellen.
server-trouble = Der Server kann im Moment keine Codes prüfen. Versuchen Sie es in ein paar Minuten wieder; wenn es dabei bleibt, sagen Sie es dem { -help-desk }.
machine-unknown = Der Server kennt diesen PC nicht mehr. Bitten Sie den { -help-desk }, ihn neu zu verbinden.
machine-suspended = Dieser PC hat den Server zu oft gefragt und muss warten. Versuchen Sie es in ein paar Minuten wieder oder an einem anderen PC, oder sagen Sie es dem { -help-desk }.
account-not-allowed = Dieser PC kann Konten dieser Art nicht anmelden. Nehmen Sie ein anderes Konto, oder bitten Sie den { -help-desk }, Ihres zuzulassen.
machine-cloned = Dieser PC ist eine Kopie eines anderen, deshalb vertraut ihm der Server noch nicht. Bitten Sie den { -help-desk }, ihn neu zu verbinden.
not-joined = Dieser PC ist noch mit keinem Countersign-Server verbunden. Bitten Sie den { -help-desk }, ihn zu verbinden.
timed-out = Es ist zu viel Zeit vergangen, deshalb wurde diese Anmeldung beendet. Geben Sie Benutzername und Kennwort noch einmal ein.
component-failed = Ein Teil von Countersign ist stehen geblieben. Versuchen Sie es noch einmal; wenn es dabei bleibt, starten Sie den PC neu, oder sagen Sie es dem { -help-desk }.
windows-refused = Countersign hat Sie durchgelassen, aber Windows hat Sie nicht angemeldet. Windows sagt dazu:
welcome = Sie sind angemeldet.

## Said after the texts that name the help desk, when it is known whom to call.

-help-desk = Helpdesk
support-line = Hilfe: { $support }

## Names of fields

field-title = Anmelden
field-enroll-title = Token-Selbstregistrierung
field-user-name = Benutzername
field-password = Kennwort
field-new-password = Neues Kennwort
field-repeat-password = Neues Kennwort wiederholen
field-one-time-password = Einmalkennwort
field-enrollment-code = Einrichtungscode
field-qr-picture = QR-Code für Ihre Authenticator-App
field-key = Schlüssel

## Commands

command-submit = Weiter
command-cancel = Abbrechen
command-show-qr = QR-Code anzeigen
command-hide-qr = QR-Code ausblenden
command-show-key = Scannen geht nicht? Schlüssel anzeigen
command-get-the-app = App holen
command-start-over = Neu beginnen
