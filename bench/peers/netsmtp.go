// netsmtp HOST:PORT COUNT CONNECTIONS LETTER.json PEOPLE.csv [tls]: one personal message to each of the first COUNT people by Go's net/smtp,
// one goroutine and one lasting connection each. The letter is cut into pieces once; parts are quoted-printable, as ours are.
// Prints how many were accepted. The CSV has no quotes: it is split, not parsed.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"html"
	"log"
	"mime"
	"mime/quotedprintable"
	"net/smtp"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type letter struct{ Subject, Text, HTML string }

// Text, then field, then text…: even pieces are text, odd ones numbers of columns.
type template struct {
	text   []string
	column []int
}

func compile(source string, columns []string) template {
	var out template
	for {
		before, rest, found := strings.Cut(source, "{{")
		out.text = append(out.text, strings.ReplaceAll(before, "\n", "\r\n"))
		if !found {
			return out
		}
		field, after, _ := strings.Cut(rest, "}}")
		for i, column := range columns {
			if column == field {
				out.column = append(out.column, i)
			}
		}
		source = after
	}
}

func (t template) fill(out *bytes.Buffer, person []string, escape func(string) string) {
	for i, text := range t.text {
		out.WriteString(text)
		if i < len(t.column) {
			out.WriteString(escape(person[t.column[i]]))
		}
	}
}

func plain(value string) string { return value }

type composer struct {
	subject, text, html template
	filled, out         bytes.Buffer
}

func (c *composer) part(mediaType string, t template, person []string, escape func(string) string) {
	c.filled.Reset()
	t.fill(&c.filled, person, escape)
	c.out.WriteString("--=_bench_alternative\r\nContent-Type: " + mediaType + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	encoder := quotedprintable.NewWriter(&c.out)
	encoder.Write(c.filled.Bytes())
	encoder.Close()
	c.out.WriteString("\r\n")
}

func (c *composer) message(person []string, number int) []byte {
	c.filled.Reset()
	c.subject.fill(&c.filled, person, plain)
	c.out.Reset()
	fmt.Fprintf(&c.out, "From: Office <office@example.org>\r\nTo: %s %s <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%d.%d@example.org>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_bench_alternative\"\r\n\r\n", person[1], person[2], person[0],
		mime.QEncoding.Encode("utf-8", c.filled.String()), time.Now().Format(time.RFC1123Z), os.Getpid(), number)
	c.part("text/plain", c.text, person, plain)
	c.part("text/html", c.html, person, html.EscapeString)
	c.out.WriteString("--=_bench_alternative--\r\n")
	return c.out.Bytes()
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func send(client *smtp.Client, to string, message []byte) {
	must(client.Mail("office@example.org"))
	must(client.Rcpt(to))
	writer, err := client.Data()
	must(err)
	_, err = writer.Write(message)
	must(err)
	must(writer.Close())
}

func read(name string, count int) (columns []string, people [][]string) {
	file, err := os.Open(name)
	must(err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Scan()
	columns = strings.Split(lines.Text(), ",")
	for len(people) < count && lines.Scan() {
		people = append(people, strings.Split(lines.Text(), ","))
	}
	return
}

func main() {
	address := os.Args[1]
	count, err := strconv.Atoi(os.Args[2])
	must(err)
	connections, err := strconv.Atoi(os.Args[3])
	must(err)
	var words letter
	source, err := os.ReadFile(os.Args[4])
	must(err)
	must(json.Unmarshal(source, &words))
	columns, people := read(os.Args[5], count)
	subject, text, page := compile(words.Subject, columns), compile(words.Text, columns), compile(words.HTML, columns)

	var next, accepted int64
	var workers sync.WaitGroup
	for i := 0; i < connections; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			client, err := smtp.Dial(address)
			must(err)
			must(client.Hello("localhost"))
			if len(os.Args) > 6 {
				must(client.StartTLS(&tls.Config{InsecureSkipVerify: true}))
			}
			compose := composer{subject: subject, text: text, html: page}
			for {
				number := int(atomic.AddInt64(&next, 1)) - 1
				if number >= len(people) {
					break
				}
				send(client, people[number][0], compose.message(people[number], number))
				atomic.AddInt64(&accepted, 1)
			}
			must(client.Quit())
		}()
	}
	workers.Wait()
	fmt.Println(accepted)
}
