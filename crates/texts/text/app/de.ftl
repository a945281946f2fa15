# Die Texte des Authenticators.

## Überall
app-name = Countersign
continue = Weiter
back = Zurück
cancel = Abbrechen
save = Speichern
delete = Löschen
copy = Kopieren
try-again = Noch einmal versuchen
show = Zeigen
hide = Verbergen
password = Passwort
tokens = { $count ->
    [one] { $count } Token
   *[other] { $count } Token
}

## Willkommen
welcome-title = Einmalpasswörter, gut aufgehoben
welcome-text = Countersign zeigt die Codes, mit denen Sie sich anmelden. Sie bleiben verschlüsselt auf diesem Gerät und funktionieren auch ohne Netz.
welcome-have-backup = Ich habe schon eine Sicherung

## iOS außerhalb der installierten App
ios-title = Legen Sie Countersign auf den Home-Bildschirm
ios-text = Token in einem Browser-Tab sind nicht in der installierten App, und der Browser kann sie entfernen. Tippen Sie auf Teilen, dann auf „Zum Home-Bildschirm“, und öffnen Sie Countersign von dort.
ios-continue = Weiter, ohne etwas zu behalten
ios-warning = In diesem Tab wird nichts behalten. Wird er geschlossen, sind seine Token fort.

## Cloud-Sicherung
activate-cloud-backup = Cloud-Sicherung einschalten
backup-why = Geht dieses Gerät verloren, bekommen Sie Ihre Token nur aus einer Sicherung zurück. Sie wird hier verschlüsselt; wer sie aufbewahrt, kann sie nicht lesen.
backup-ask = Gibt es schon eine Sicherung?
backup-start-new = Eine neue Sicherung beginnen
backup-start-new-text = Für Ihr erstes Gerät.
backup-have-text = Von einem anderen Gerät, oder von diesem, bevor es zurückgesetzt wurde. Ihre Token kommen hierher.
backup-where = Wohin die Sicherung kommt
backup-where-is = Wo die Sicherung ist
backup-file = Die Datei mit der Sicherung
backup-file-empty = Wählen Sie die Datei mit der Sicherung.
backup-file-none = Diese Datei ist keine Sicherung von Countersign. Die Datei eines anderen Authenticators lesen Sie später ein: Einstellungen, Importieren.
backup-place-server = Auf den Countersign-Server
backup-place-server-text = Von selbst, nach jeder Änderung. Frühere Stände bleiben erhalten.
backup-place-file = In eine Datei
backup-place-file-text = Sie speichern oder teilen sie selbst nach Änderungen. Die App erinnert Sie.
backup-place-folder = In einen Ordner auf diesem Gerät
backup-place-folder-text = Von selbst, solange die App offen ist, wo der Browser es erlaubt.
backup-name = Name der Sicherung
backup-name-hint = Ein Name, den Sie sich merken, etwa Ihr Benutzername. Mit dem Passwort zusammen führt er zur Sicherung.
backup-password = Passwort der Sicherung
repeat-password = Passwort wiederholen
password-also-unlocks = Dieses Passwort öffnet auch die App auf diesem Gerät. Niemand kann es zurücksetzen.
password-short = Weniger als 8 Zeichen errät schnell, wer an die Sicherung oder die Datei kommt. Tippen Sie noch einmal auf die Schaltfläche, um das Passwort trotzdem zu verwenden.
passwords-differ = Die beiden Passwörter sind nicht gleich.
password-empty = Geben Sie ein Passwort ein.
name-empty = Geben Sie einen Namen ein.
strength-label = Stärke
strength-0 = Sehr leicht zu erraten
strength-1 = Leicht zu erraten
strength-2 = Könnte besser sein
strength-3 = Gut
strength-4 = Sehr gut
skip-for-now = Vorerst überspringen
skip-title = Weiter ohne Sicherung
skip-text = Geht dieses Gerät ohne Sicherung verloren, sind alle Token darauf verloren. Countersign wird Sie erinnern.
skip-confirm = Ich verstehe, dass verlorene Token nicht wiederzubekommen sind
skip-password = Passwort für diese App
skip-password-text = Die Token werden verschlüsselt aufbewahrt. Dieses Passwort öffnet sie.
deriving = Aus Ihrem Passwort entsteht der Schlüssel. Das dauert ein paar Sekunden, und gerade das macht Raten langsam.
backup-checking = Dort wird nach einer Sicherung gesucht
backup-joining = Mit diesem Namen und Passwort gibt es schon eine Sicherung. Ihre Token werden hinzugefügt.
backup-not-found = Keine Sicherung hat diesen Namen und dieses Passwort. Prüfen Sie beide. Beim Passwort zählt auch Groß- und Kleinschreibung. Es wurde nichts geändert.
backup-not-app-password = Das ist nicht das Passwort, das die App öffnet. Hat die Sicherung ein anderes, ändern Sie zuerst das Passwort der App in dieses.
backup-found = Eine Sicherung mit { $count ->
    [one] { $count } Token
   *[other] { $count } Token
} wurde gefunden und übernommen.
backup-new = Mit diesem Namen und Passwort gab es noch keine Sicherung. Eine neue wurde begonnen.
backup-handed = Von Ihnen gespeichert, nicht geprüft
backup-handed-text = Die App kann die Datei nicht zurücklesen. Bewahren Sie sie auf, wo Sie sie wiederfinden.
backup-failed-busy = Andere Geräte schreiben gerade diese Sicherung. Die App versucht es bei der nächsten Änderung wieder; Sie können es auch jetzt versuchen.
backup-verified = Gesichert und geprüft
backup-verified-at = { $when }, { $count ->
    [one] { $count } Token
   *[other] { $count } Token
}
backup-off = Keine Sicherung
backup-off-text = Geht dieses Gerät verloren, sind Ihre Token verloren.
backup-pending = Noch nicht gesichert
backup-running = Wird gesichert
backup-failed = Die letzte Sicherung ist fehlgeschlagen
backup-failed-unreachable = Der Server ist nicht zu erreichen. Ihre Token sind auf diesem Gerät; die App versucht es bei der nächsten Änderung wieder, und Sie können es jetzt versuchen.
backup-failed-slow = Der Server hat nicht rechtzeitig geantwortet. Prüfen Sie Ihre Verbindung. Die App versucht es bei der nächsten Änderung wieder; Sie können es auch jetzt versuchen.
backup-failed-no-backups = Dieser Server nimmt von der App keine Sicherung an ({ $detail }). Sagen Sie es Ihrer Administration, oder wählen Sie eine Datei als Ort.
backup-failed-too-large = Die Sicherung ist größer, als der Server annimmt. Leeren Sie den Papierkorb, kürzen Sie lange Notizen, und sichern Sie noch einmal.
backup-failed-too-many = Der Server hat von hier zu viele Anfragen bekommen. Warten Sie eine Stunde, und sichern Sie noch einmal. Kommt die Meldung wieder, versuchen Sie es morgen.
backup-failed-full = Auf dem Server ist kein Platz mehr für Sicherungen. Sagen Sie es Ihrer Administration. Speichern Sie bis dahin eine verschlüsselte Datei: Einstellungen, Exportieren.
backup-failed-refused = Der Server hat die Sicherung nicht angenommen. Sagen Sie Ihrer Administration: { $detail }.
backup-failed-different = Zurückgelesen wurde etwas anderes als geschrieben. Auf die Sicherung dort ist kein Verlass.
backup-failed-password = Unter diesem Namen liegt schon eine Sicherung, und dieses Passwort öffnet sie nicht. Es wurde nichts geändert.
backup-failed-file = Die Datei ließ sich nicht schreiben. Wählen Sie einen anderen Ort.
backup-now = Jetzt sichern

## Entsperren
unlock-title = Countersign ist gesperrt
unlock = Entsperren
unlock-passkey = Mit einem Passkey entsperren
unlock-recovery = Wiederherstellungscode verwenden
unlock-recovery-code = Wiederherstellungscode
unlock-wrong = Damit ließ sich der Tresor nicht öffnen. Prüfen Sie die Schreibweise und versuchen Sie es noch einmal.
unlock-passkey-failed = Der Passkey hat den Tresor nicht geöffnet. Nehmen Sie Ihr Passwort.
unlock-reminder = Sie haben eine Weile Ihren Passkey verwendet. Geben Sie einmal Ihr Passwort ein, damit Sie es noch wissen, wenn Sie es brauchen.
older-generation = Der neueste gespeicherte Stand war beschädigt. Dies ist der davor, vom { $when }. Prüfen Sie, ob etwas fehlt. Wenn ja, spielen Sie eine Sicherung ein.
both-damaged = Was auf diesem Gerät gespeichert ist, lässt sich nicht lesen. Spielen Sie eine Sicherung ein oder fangen Sie neu an. Bis dahin wird nichts entfernt.
storage-refused = Dieser Browser lässt die App nichts aufbewahren, etwa in einem privaten Fenster. Öffnen Sie Countersign in einem gewöhnlichen Fenster.
storage-full = Auf diesem Gerät ist kein Platz mehr. Die Änderung wurde nicht gespeichert. Schaffen Sie Platz und versuchen Sie es noch einmal.
save-failed = Die Änderung ließ sich nicht speichern. Sie ist zurückgenommen.
vault-full = Mehr passt nicht hinein. Leeren Sie den Papierkorb und kürzen Sie lange Notizen.
too-long = { $what }: Das ist zu lang. Kürzen Sie es.
changed-elsewhere = Die Token wurden in einem anderen Tab geändert. Dieser Tab zeigt sie jetzt; wiederholen Sie Ihre Änderung.
lock = Sperren

## Token
tokens-empty-title = Noch keine Token
tokens-empty-text = Ein Dienst oder Ihre Windows-Anmeldung zeigt einen QR-Code. Scannen Sie ihn, um sein Token hinzuzufügen.
add-new-token = Neues Token hinzufügen
search = Suchen
search-empty = Kein Token passt zu dem, was Sie eingegeben haben.
all-tags = Alle
code-hidden = Code verborgen. Tippen Sie, um ihn zu zeigen.
code-tap = Zum Zeigen tippen
code-of = Einmalpasswort { $digits }
seconds-left = { $count ->
    [one] noch { $count } Sekunde
   *[other] noch { $count } Sekunden
}
next-code = Danach
copied = Kopiert. Die Zwischenablage wird in 30 Sekunden geleert, wenn diese Seite offen bleibt.
copy-failed = Der Browser hat das Kopieren nicht erlaubt.
new-code = Neuer Code
challenge = Aufgabe
challenge-hint = Was die Gegenseite zeigt. Vergleichen Sie es, bevor Sie antworten.
challenge-confirms = Mit der Antwort bestätigen Sie: { $data }
challenge-empty = Geben Sie ein, was die andere Seite zeigt.
challenge-bad = Darauf kann dieses Token nicht antworten. Vergleichen Sie es mit dem, was die andere Seite zeigt.
token-pin = PIN
session = Sitzungsdaten
pin-empty = Geben Sie die PIN dieses Tokens ein.
pinned = Angeheftet
menu = Mehr
settings = Einstellungen
trash = Papierkorb
import = Importieren
export = Exportieren
sort-manual = Meine Reihenfolge
sort-name = Nach Namen
sort-used = Meistbenutzte zuerst
sort-label = Reihenfolge
move-up = Nach oben
move-down = Nach unten

## Hinzufügen
add-title = Neues Token hinzufügen
scan-qr-code = QR-Code scannen
enter-key-manually = Schlüssel von Hand eingeben
read-picture = Ein Bild lesen
read-screen = Von diesem Bildschirm lesen
paste-hint = Sie können ein Bild oder einen Link auch hier einfügen oder ablegen.
camera-why = Die Kamera wird nur auf diesem Gerät benutzt. Ihr Browser fragt jetzt nach der Erlaubnis.
camera-start = Kamera einschalten
camera-starting = Die Kamera wird eingeschaltet
camera-refused = Der Browser lässt die App die Kamera nicht benutzen. Erlauben Sie es in den Einstellungen der Seite und versuchen Sie es noch einmal, oder lesen Sie ein Bild.
camera-missing = Es wurde keine Kamera gefunden. Lesen Sie ein Bild oder geben Sie den Schlüssel ein.
camera-busy = Die Kamera wird von einem anderen Programm benutzt. Schließen Sie es und versuchen Sie es noch einmal.
camera-hold = Halten Sie den QR-Code in den Rahmen.
torch = Licht
other-camera = Andere Kamera
qr-none = In dem Bild wurde kein QR-Code gefunden. Nehmen Sie eines, das scharf ist und den ganzen Code zeigt.
qr-not-a-token = Dieser QR-Code ist nicht der eines Tokens. Er gehört zu etwas anderem.
qr-bad-secret = Der Schlüssel in diesem QR-Code ist nicht zu gebrauchen. Lassen Sie sich dort, wo er herkommt, einen neuen QR-Code geben.
qr-missing-secret = In diesem QR-Code ist kein Schlüssel. Lassen Sie sich dort, wo er herkommt, einen neuen geben.
qr-bad-value = Dieser QR-Code verlangt etwas, das Token nicht haben: { $what }. Lassen Sie sich dort, wo er herkommt, einen neuen geben.
qr-too-long = Dieser Text ist zu lang für ein Token.
token-added = { $name } wurde hinzugefügt.
token-duplicate = Dieses Token ist schon da, als { $name }. Es wurde nichts hinzugefügt.
google-part = Teil { $count } von { $total } ist gelesen. Zeigen Sie den nächsten.
google-missing = Es fehlt noch: Teil { $parts }.
link-title = Dieses Token hinzufügen?
link-text = Ein Link will dieses Token hinzufügen: { $name }.
reader-loading = Der QR-Leser wird geladen
manual-title = Schlüssel von Hand eingeben
issuer = Dienst
account = Konto
secret = Schlüssel
secret-hint = Buchstaben und die Ziffern 2 bis 7. Leerzeichen spielen keine Rolle.
secret-broken-off = Vielleicht fehlt ein Buchstabe. Vergleichen Sie den Schlüssel mit dem, den Sie bekommen haben. Sie können ihn auch so speichern.
secret-bad = Ein Schlüssel hat nur Buchstaben und die Ziffern 2 bis 7.
secret-short = Geben Sie den Schlüssel ein.
secret-long = Dieser Schlüssel ist zu lang.
issuer-empty = Geben Sie ein, wofür das Token ist.
kind = Art
kind-time = Wechselt mit der Zeit
kind-counter = Wechselt bei jedem Gebrauch
algorithm = Algorithmus
digits = Ziffern
period = Sekunden
counter = Zähler
number-bad = Geben Sie eine Zahl von { $min } bis { $max } ein.
more-options = Weitere Optionen

## Ein Token
edit-title = Token
notes = Notizen
tags = Schlagwörter
tags-hint = Durch Kommas getrennt.
pin = Oben anheften
show-as-qr = Als QR-Code zeigen
show-as-qr-text = Wer dieses Bild sieht, hat das Token. Zeigen Sie es nur Ihrem eigenen anderen Gerät.
move-to-trash = In den Papierkorb
trash-title = Papierkorb
trash-empty = Im Papierkorb ist nichts.
trash-text = Token bleiben hier, bis Sie sie löschen.
restore = Wiederherstellen
delete-forever = Endgültig löschen
delete-confirm = { $name } endgültig löschen? Wenn Sie sich noch damit anmelden, sind Sie danach ausgesperrt.
unnamed = Ohne Namen

## Einstellungen
settings-title = Einstellungen
lock-after = Automatische Sperre
lock-at-once = Sobald Sie die App verlassen
minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
theme = Aussehen
hide-codes = Codes verbergen, bis sie angetippt werden
theme-system = Wie das Gerät
theme-light = Hell
theme-dark = Dunkel
theme-contrast = Hoher Kontrast
language = Sprache
language-unreachable = Die Texte in dieser Sprache konnten nicht geladen werden. Versuchen Sie es noch einmal, wenn es ein Netz gibt.
language-unreviewed = ungeprüft
passkey = Passkey
passkey-text = Öffnet die App mit Fingerabdruck, Gesicht oder PIN dieses Geräts. Das Passwort gilt weiter.
passkey-add = Passkey einrichten
passkey-added = Der Passkey öffnet jetzt diese App.
passkey-failed = Die Passkeys dieses Geräts können die App nicht öffnen. Das Passwort kann es weiterhin.
passkey-remove = Passkey entfernen
recovery = Wiederherstellungscode
recovery-text = Ein Code auf Papier, der die App öffnet, wenn das Passwort vergessen ist. Ein neuer ersetzt den alten.
recovery-make = Wiederherstellungscode erstellen
recovery-shown = Schreiben Sie ihn auf oder drucken Sie ihn. Er wird nur jetzt gezeigt.
recovery-print-title = Wiederherstellungscode für den Countersign Authenticator
recovery-print-text = Öffnet die App unter { $address }, wenn das Passwort vergessen ist. Erzeugt am { $when }. Ein später erzeugter Code ersetzt diesen. Bewahren Sie ihn auf, wo Ihr Reisepass liegt.
print = Drucken
change-password = Passwort ändern
old-password = Aktuelles Passwort
new-password = Neues Passwort
password-changed = Das Passwort wurde geändert.
clock = Uhr
clock-right = Auf 2 Sekunden genau.
clock-ahead = Dieses Gerät geht gegenüber dem Server { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
} vor. Die Codes sind berichtigt.
clock-behind = Dieses Gerät geht gegenüber dem Server { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
} nach. Die Codes sind berichtigt.
clock-unknown = Der Server ist nicht zu erreichen, die Uhr wurde daher nicht verglichen.
storage-kept = Bleibt: Der Browser entfernt die Daten dieser App nicht von selbst.
storage-not-kept = Der Browser kann die Daten dieser App entfernen, wenn der Platz knapp wird. Installieren Sie die App und sorgen Sie für eine Sicherung.
storage-label = Speicher
about = Über die App
about-build = Stand { $build }
about-text = Einmalpasswörter nach RFC 4226 und RFC 6238. Nichts verlässt dieses Gerät unverschlüsselt.
update-ready = Eine neue Version ist bereit.
update-now = Aktualisieren
erase = Alles von diesem Gerät entfernen
erase-confirm = Alle Token von diesem Gerät entfernen? Geben Sie dazu { $word } ein.
erase-word = LÖSCHEN
erase-not-typed = Das ist ein anderes Wort. Nichts wurde entfernt.
backup = Sicherung
backup-change = Sicherung einrichten

## Import und Export
import-title = Importieren
import-text = Wählen Sie eine Datei dieses oder eines anderen Authenticators. Was es ist, findet die App selbst heraus; hinzugefügt wird erst, wenn Sie zustimmen.
import-choose = Datei wählen
import-password = Passwort der Datei
import-unknown = Diese Datei hat ein Format, das hier nicht gelesen werden kann.
import-damaged = Das ist beschädigt oder von einer Version, die hier nicht bekannt ist. Exportieren Sie es noch einmal.
import-too-large = Diese Datei ist zu groß für den Export eines Authenticators.
import-not-read = Die Datei kann nicht gelesen werden. Wählen Sie sie noch einmal.
import-no-memory = Der Speicher reicht nicht, um das Passwort zu prüfen. Importieren Sie die Datei auf einem anderen Gerät.
import-bound = Diesen Export öffnet nur dasselbe Bitwarden-Konto. Exportieren Sie dort noch einmal, durch ein Passwort geschützt.
import-database = Das ist die Datenbank oder eigene Sicherung eines Programms, die hier nicht gelesen werden kann. Exportieren Sie die Token dort oder scannen Sie ihre QR-Codes.
import-picture = Das ist ein Bild. Lesen Sie es mit: Neues Token hinzufügen, Ein Bild lesen.
import-wrapped = Das hat ein anderes Programm verschlüsselt oder gepackt. Öffnen Sie es dort und wählen Sie dann, was darin ist.
import-wrong-password = Dieses Passwort öffnet die Datei nicht.
import-preview = Was hinzugefügt wird
import-add = { $count ->
    [one] { $count } Token
   *[other] { $count } Token
} hinzufügen
import-verdict-new = Neu
import-verdict-cut = Neu. Notiz oder Schlagwörter sind zu lang und werden gekürzt.
import-verdict-duplicate = Schon da
import-verdict-refused = Geht nicht: { $why }
why-no-token = es ist kein Token
why-unsupported = Codes dieser Art macht nur die App, aus der es kommt
why-field = { $what }: fehlt oder ist nicht so, wie Token es haben
import-done = { $count ->
    [one] { $count } Token wurde hinzugefügt.
   *[other] { $count } Token wurden hinzugefügt.
}
export-title = Exportieren
export-text = Die Datei wird mit einem Passwort verschlüsselt. Bewahren Sie sie nicht auf diesem Gerät auf.
export-encrypted = Verschlüsselte Datei
export-aegis = Verschlüsselte Datei für Aegis
export-plain = Nicht verschlüsselt
export-links = Liste von Links, nicht verschlüsselt
export-links-warning = Wer diese Datei liest, hat alle Ihre Token. Geben Sie Ihr Passwort ein, um sie zu erstellen.
export-print = Seite zum Drucken
export-print-text = Jedes Token als QR-Code und in Buchstaben, für Papier. Drucken Sie die Datei und löschen Sie sie danach.
print-title = Token für Einmalpasswörter
print-text = Vom { $when }. Wer diese Seite hat, kann Ihre Codes erzeugen. Bewahren Sie sie auf, wo Ihr Reisepass liegt.
print-details = Angaben
export-left-out = Gespeichert. Nicht in der Datei: { $names }.

## Places for backups
backup-place-webdav = Ein Dateiserver (WebDAV)
backup-place-webdav-text = Von selbst, nach jeder Änderung. Für Dateiserver, die Ihr Administrator erlaubt.
backup-none-there = Hier liegt keine Sicherung. Nichts wurde geändert.
backup-failed-sign-in = Name oder Passwort wird hier nicht angenommen, oder die App ist hier nicht mehr bekannt. Richten Sie die Sicherung neu ein: Einstellungen, Sicherung.
backup-failed-permission = Der Browser will erneut gefragt werden, bevor die App den Ordner benutzen darf. Tippen Sie auf Jetzt sichern.
folder-choose = Ordner wählen
webdav-address = Adresse des Ordners
webdav-user = Benutzername dort
webdav-password = Passwort dort
backup-place-drive = Google Drive
backup-place-drive-text = Von selbst, nach jeder Änderung. Nicht mit dem echten Dienst erprobt.
sign-in-there = Dort anmelden
signed-in = Angemeldet.
signed-in-close = Schließen Sie dieses Fenster und machen Sie in der App weiter.
backup-place-icloud = iCloud
backup-place-file-apple = Mit „In Dateien sichern“ kann sie in iCloud Drive gelegt werden.
